package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalS3;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class S3ObjectsIT extends SmallObjectsContract {
    private static final AtomicInteger BUCKETS = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static LocalS3 s3;

    @BeforeAll
    static void startStore() {
        s3 = LocalS3.start(folder);
        s3.awaitReady(Duration.ofSeconds(60));
    }

    @AfterAll
    static void stopStore() {
        s3.close();
    }

    @Override
    SmallObjects objects() {
        RegionConfig region = region(s3.secretKey());
        PayloadConfig config = config();
        try (S3Region bucket = new S3Region(region, config, new SimpleMeterRegistry())) {
            bucket.check(true);
        }
        return open(region, config);
    }

    @Override
    Instant now() {
        return Instant.now();
    }

    @Test
    void aStoreThatRefusesIsSaidPlainly() {
        try (SmallObjects objects = open(region("wrong"), config())) {
            assertThatThrownBy(() -> objects.create("a/1", new byte[] {1}))
                    .isInstanceOfSatisfying(
                            ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                    .hasMessageContaining("region local: S3 refuses CreateObject with 403");
            assertThatThrownBy(() -> objects.read("a/1")).isInstanceOf(ServiceException.class);
            assertThatThrownBy(() -> objects.list("a/", "", 1)).isInstanceOf(ServiceException.class);
            assertThatThrownBy(() -> objects.delete(List.of("a/1"))).isInstanceOf(ServiceException.class);
        }
    }

    private static RegionConfig region(String secretKey) {
        String bucket = "objects-" + BUCKETS.incrementAndGet();
        return new RegionConfig(
                "local", new S3Config(s3.endpoint(), bucket, s3.accessKey(), secretKey, true, "us-east-1"));
    }

    private static PayloadConfig config() {
        return PayloadConfigTest.bind(Map.of("octavo.payload.connect-timeout", "1s"));
    }

    private static SmallObjects open(RegionConfig region, PayloadConfig config) {
        return SmallObjects.of(new RegionsConfig(List.of(region)), config, 8, new SimpleMeterRegistry())
                .get(0);
    }
}
