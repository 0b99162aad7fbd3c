package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClassDataArchiveTest {
    @TempDir
    Path folder;

    private Path java;
    private Path jar;

    @BeforeEach
    void aJavaAndAJar() throws IOException {
        java = Files.createFile(folder.resolve("java"));
        jar = Files.createFile(folder.resolve("a.jar"));
    }

    private ClassDataArchive archive() throws IOException {
        return ClassDataArchive.of(folder, java, List.of(jar));
    }

    @Test
    void theFirstRunWritesOneAndTheNextUsesIt() throws IOException {
        ClassDataArchive first = archive();
        assertThat(first.option()).isEqualTo("-XX:ArchiveClassesAtExit=" + first.fresh());
        Files.createFile(first.fresh());
        first.keep();
        assertThat(archive().option()).isEqualTo("-XX:SharedArchiveFile=" + first.file());
        assertThat(first.fresh()).doesNotExist();
    }

    @Test
    void anotherJavaOrJarMeansAnotherArchiveAndTheOldOneGoes() throws IOException {
        ClassDataArchive old = archive();
        Files.createFile(old.fresh());
        old.keep();
        Files.writeString(jar, "changed");
        ClassDataArchive fresh = archive();
        assertThat(fresh.file()).isNotEqualTo(old.file());
        Files.createFile(fresh.fresh());
        fresh.keep();
        assertThat(old.file()).doesNotExist();
        Files.writeString(java, "25");
        assertThat(archive().file()).isNotEqualTo(fresh.file());
    }

    @Test
    void nothingWrittenMeansNothingKept() throws IOException {
        archive().keep();
        assertThat(archive().file()).doesNotExist();
    }
}
