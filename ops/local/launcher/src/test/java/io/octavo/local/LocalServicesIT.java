package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalServicesIT {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void cassandraAnswersCqlAgainAfterAKillOnTheSamePort() throws IOException {
        try (LocalCassandra cassandra = LocalCassandra.start(folder)) {
            cassandra.awaitReady(BOUND);
            assertThat(Probes.cql(cassandra.port())).isTrue();
            cassandra.kill();
            assertThat(cassandra.alive()).isFalse();
            cassandra.restart();
            cassandra.awaitReady(BOUND);
            assertThat(Probes.cql(cassandra.port())).isTrue();
        }
    }

    @Test
    void s3AnswersAgainAfterAKillWithTheSameKeys() throws IOException {
        try (LocalS3 s3 = LocalS3.start(folder)) {
            s3.awaitReady(BOUND);
            s3.kill();
            s3.restart();
            s3.awaitReady(BOUND);
            assertThat(Probes.http(s3.endpoint())).isTrue();
        }
    }
}
