package io.octavo.server.payload;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalS3;
import io.octavo.server.cassandra.CassandraStore;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Payloads on real stores. */
public final class TestPayloads {
    private TestPayloads() {}

    /** In one region, whose bucket is made by {@link Payloads#check}. */
    public static Payloads of(LocalS3 s3, CassandraStore store) {
        PayloadConfig config = new Binder(
                        new MapConfigurationPropertySource(Map.of("octavo.payload.create-buckets", "true")))
                .bindOrCreate("octavo.payload", PayloadConfig.class);
        S3Config bucket = new S3Config(s3.endpoint(), "octavo", s3.accessKey(), s3.secretKey(), true, "us-east-1");
        return new Payloads(
                new RegionsConfig(List.of(new RegionConfig("local", bucket))),
                config,
                store.payloads(),
                store.uploads(),
                new SimpleMeterRegistry());
    }
}
