package io.octavo.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prometheus takes the alerts, and they go off when they are to. Its program comes from Debian. */
@Tag("all")
class AlertRulesIT {
    @ParameterizedTest
    @ValueSource(strings = {"check rules octavo.yml", "test rules octavo.test.yml"})
    void prometheusAgrees(String arguments) throws Exception {
        Process promtool = new ProcessBuilder(("promtool " + arguments).split(" ", -1))
                .directory(AlertRule.FOLDER.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);
        assertThat(promtool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(promtool.exitValue()).as(said).isZero();
    }
}
