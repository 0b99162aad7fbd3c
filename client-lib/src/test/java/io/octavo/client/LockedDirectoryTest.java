package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in use of clients that have no cache directory. */
class LockedDirectoryTest {
    @TempDir
    private Path temporary;

    private String user = "";
    private Path parent = Path.of("");

    @BeforeEach
    void user() throws IOException {
        user = Files.getOwner(temporary).getName();
        parent = temporary.resolve("octavo-client-" + user);
    }

    @Test
    void whatAProcessLeftIsRemovedByTheNextUnlessItLives() throws Exception {
        LockedDirectory first = LockedDirectory.temporary(temporary, user);
        Path used = Files.createFile(first.path().resolve("used"));
        Path dead = left("dead");
        Path living = left("living");
        LockedDirectory second;
        try (FileChannel lock = FileChannel.open(lock("living"), StandardOpenOption.WRITE)) {
            assertThat(lock.lock().isValid()).isTrue();
            second = LockedDirectory.temporary(temporary, user);
        }
        assertThat(dead).doesNotExist();
        assertThat(lock("dead")).doesNotExist();
        assertThat(living).exists();
        assertThat(used).exists();
        assertThat(first.path()).hasParent(parent);
        assertThat(second.path()).hasParent(parent).isNotEqualTo(first.path());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
                .isEqualTo("rwx------");
        first.removeTemporary();
        assertThat(parent).as("the second is in it").isNotEmptyDirectory();
        LockedDirectory.removeLeftOvers(parent);
        second.removeTemporary();
        assertThat(parent).doesNotExist();
    }

    @Test
    void whatOthersCanReadOrIsNoDirectoryIsNotUsed() throws Exception {
        Files.createDirectory(parent);
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThatAnotherIsUsed(user);
        Files.delete(parent);
        Path target = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(parent, target);
        assertThatAnotherIsUsed(user);
        assertThatAnotherIsUsed("nobody of this name");
    }

    private void assertThatAnotherIsUsed(String name) throws IOException {
        LockedDirectory made = LockedDirectory.temporary(temporary, name);
        assertThat(made.path()).hasParent(temporary).isNotEqualTo(parent).isEmptyDirectory();
        assertThat(parent).isEmptyDirectory();
        made.remove();
        assertThat(made.path()).doesNotExist();
    }

    /** A file in use of another process. */
    private Path left(String name) throws IOException {
        Files.createFile(lock(name));
        return Files.createFile(Files.createDirectory(parent.resolve(name)).resolve("payload"));
    }

    private Path lock(String name) {
        return parent.resolve(name + ".lock");
    }
}
