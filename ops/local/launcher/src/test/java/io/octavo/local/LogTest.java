package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTest {
    @TempDir
    Path folder;

    private static ByteArrayInputStream output(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFullFileIsMovedAsideOnce() throws IOException {
        Log log = new Log(folder.resolve("x.log"), 20);
        log.copy(output("first 12345\n"));
        log.copy(output("second 1234\n"));
        log.copy(output("third\n"));
        assertThat(folder.resolve("x.log")).content().isEqualTo("second 1234\nthird\n");
        assertThat(folder.resolve("x.log.1")).content().isEqualTo("first 12345\n");
        log.copy(output("fourth 1234\n"));
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".2"));
    }

    @Test
    void theTailIsTheLastLines() {
        Log log = new Log(folder.resolve("x.log"), 1 << 20);
        assertThat(log.tail(2)).isEmpty();
        log.copy(output("x".repeat(100_000) + "\na\nb\nc\n"));
        assertThat(log.tail(2)).containsExactly("b", "c");
    }

    @Test
    void aLogThatCannotBeWrittenStopsNobody() {
        ByteArrayInputStream output = output("lost");
        new Log(folder.resolve("absent/x.log"), 10).copy(output);
        assertThat(output.available()).isZero();
    }
}
