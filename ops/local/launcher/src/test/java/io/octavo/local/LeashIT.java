package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeashIT {
    private static final int KILLED = 137;

    @TempDir
    Path folder;

    private Process start(String... arguments) throws IOException {
        Path classes = Path.of(URI.create(Stubborn.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        List<String> command = JavaCommand.running()
                .lock(folder.resolve("lock"))
                .main(List.of(LeashJar.in(folder), classes), Stubborn.class.getName(), List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    void aChildEndsWhenItsParentsPipeIsClosed() throws Exception {
        Process child = start();
        assertThat(child.inputReader().readLine()).isEqualTo("up");
        child.getOutputStream().close();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aChildWhoseHooksHangIsKilled() throws Exception {
        Process child = start("hang");
        assertThat(child.inputReader().readLine()).isEqualTo("up");
        child.getOutputStream().close();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(KILLED);
    }

    @Test
    void aSecondChildOnTheSameDataIsRefused() throws Exception {
        Process child = start();
        assertThat(child.inputReader().readLine()).isEqualTo("up");
        Process second = start();
        assertThat(second.inputReader().readLine()).contains("locked (expected: no other process on this data)");
        assertThat(second.waitFor()).isEqualTo(1);
        child.destroyForcibly().waitFor();
        Process third = start();
        assertThat(third.inputReader().readLine()).isEqualTo("up");
        third.destroyForcibly().waitFor();
    }
}
