package io.octavo.server.payload;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalS3;
import io.octavo.server.cassandra.CassandraStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Payloads on real stores. */
public final class TestPayloads {
    /** What the keys of payloads of 1 MiB or more begin with. */
    public static final String PREFIX = PayloadKeys.PREFIX;

    private TestPayloads() {}

    /** Where in a bucket a payload lies. */
    public static String key(long payloadId) {
        return PayloadKeys.of(payloadId);
    }

    /** Uploads to these regions that were begun and not finished, by region and key. */
    public static List<String> unfinished(RegionsConfig regions, PayloadConfig config) {
        List<String> unfinished = new ArrayList<>();
        for (RegionConfig region : regions.regions()) {
            try (S3Region store = new S3Region(region, config, new SimpleMeterRegistry())) {
                store.unfinished(PREFIX, Instant.MAX, 1_000)
                        .forEach(upload -> unfinished.add(region.name() + ": " + upload.key()));
            }
        }
        return unfinished;
    }

    /** In one region, whose bucket is made by {@link Payloads#check}. */
    public static Payloads of(LocalS3 s3, CassandraStore store) {
        return of(regions(s3, "octavo"), store);
    }

    /** In these regions, whose buckets are made by {@link Payloads#check}. */
    public static Payloads of(RegionsConfig regions, CassandraStore store) {
        return new Payloads(regions, config(), store.payloads(), store.uploads(), new SimpleMeterRegistry());
    }

    /** A region for each bucket, called after it. */
    public static RegionsConfig regions(LocalS3 s3, String... buckets) {
        return new RegionsConfig(Stream.of(buckets)
                .map(bucket -> new RegionConfig(
                        bucket, new S3Config(s3.endpoint(), bucket, s3.accessKey(), s3.secretKey(), true, "us-east-1")))
                .toList());
    }

    public static PayloadConfig config() {
        return new Binder(new MapConfigurationPropertySource(Map.of("octavo.payload.create-buckets", "true")))
                .bindOrCreate("octavo.payload", PayloadConfig.class);
    }
}
