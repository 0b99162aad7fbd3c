package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script in a real bash. */
class CompletionCommandTest {
    @TempDir
    Path folder = Path.of("");

    private Path script = Path.of("");

    @BeforeEach
    void print() throws IOException {
        Run run = new Run();
        assertThat(run.status("completion")).isZero();
        script = Files.writeString(folder.resolve("completion"), run.out());
    }

    /** What the tab key offers after these words, the last of which is being typed. */
    private String offered(String... words) throws IOException, InterruptedException {
        StringBuilder list = new StringBuilder();
        for (String word : words) {
            list.append(" '").append(word).append('\'');
        }
        String typed = """
                source '%s' || exit 9
                function=$(complete -p octavo | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
                COMP_WORDS=(octavo%s) COMP_CWORD=%d COMP_LINE='octavo' COMP_POINT=6
                # What it asks of a shell that isn't completing is refused, and told.
                $function octavo '%s' '' 2>/dev/null
                printf '%%s ' "${COMPREPLY[@]}"
                """.formatted(script, list, words.length, words[words.length - 1]);
        Process bash = new ProcessBuilder("bash", "--norc", "--noprofile", "-c", typed)
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).as(said).isZero();
        return said;
    }

    @Test
    void commandsAndOptionsAreCompleted() throws Exception {
        assertThat(offered("roll")).isEqualTo("rollback ");
        assertThat(offered("pi")).contains("pin ").contains("pins ");
        assertThat(offered("scopes", "wi")).isEqualTo("withdraw ");
        assertThat(offered("rollback", "--re")).isEqualTo("--reason ");
        assertThat(offered("context", "add", "--tok")).contains("--token-file ");
        assertThat(offered("publish", "--idem")).isEqualTo("--idempotency-key ");
    }
}
