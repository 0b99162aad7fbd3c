package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckoutTest {
    @TempDir
    Path folder;

    @Test
    void itIsTheNearestFolderWithTheScriptAndThePom() throws IOException {
        assertThatThrownBy(() -> Checkout.around(folder)).hasMessageContaining("no checkout of Octavo around it");
        Files.createFile(folder.resolve("octavo"));
        Files.createFile(folder.resolve("pom.xml"));
        Path deep = Files.createDirectories(folder.resolve("a/b"));
        assertThat(Checkout.around(deep)).isEqualTo(new Checkout(folder));
    }

    @Test
    void whatIsNotBuiltIsNamed() {
        Checkout checkout = new Checkout(folder);
        assertThatThrownBy(checkout::server).hasMessageContaining("octavo-server-*.jar: missing (expected:");
        assertThatThrownBy(() -> Checkout.classPath(checkout.cassandra()))
                .isInstanceOf(StartFailed.class)
                .hasMessageStartingWith(checkout.cassandra() + ": missing");
    }

    @Test
    void theServerIsTheOneRunnableJar() throws IOException {
        Path target = Files.createDirectories(folder.resolve("server/target"));
        Files.createFile(target.resolve("octavo-server-0.1.0-SNAPSHOT-tests.jar"));
        Files.createFile(target.resolve("octavo-server-0.1.0-SNAPSHOT.jar.original"));
        Path jar = Files.createFile(target.resolve("octavo-server-0.1.0-SNAPSHOT.jar"));
        assertThat(new Checkout(folder).server()).isEqualTo(jar.toRealPath());
    }
}
