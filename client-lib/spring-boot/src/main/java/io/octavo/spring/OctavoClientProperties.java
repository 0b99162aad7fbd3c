package io.octavo.spring;

import io.octavo.client.Fallback;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys {@code octavo.client.*}. What isn't given is as {@link OctavoClientBuilder} has it; what isn't among them keeps
 * the application from starting.
 *
 * @param server             HTTP address of any server, which is asked for the nodes to use
 * @param subscribeEndpoints subscribe nodes to use, host:port, instead of asking the server
 * @param publishEndpoints   publish nodes to use, host:port, instead of asking the server
 * @param region             region that this process runs in
 * @param app                application that this process belongs to
 * @param cluster            cluster of the application that this process belongs to
 * @param instance           names this process within its cluster; the host name by default
 * @param who                who publishes, for the audit trail
 * @param token              what this process signs in with
 * @param pollInterval       time between polls where they are not held
 * @param heldPolls          whether polls wait at the service until there is something new
 * @param requestTimeout     time for a call that carries no payload
 * @param transferTimeout    time for one upload or download
 * @param concurrentLoads    versions that may be downloaded and deserialized at once
 * @param concurrentParts    parts of large payloads on their way to or from S3 at once
 * @param straightToS3From   payloads of this size on are put straight into S3 when published
 * @param cacheDirectory     where payloads and what is known of topics are kept, so that a start needs nobody
 * @param cacheLimit         most bytes of payloads in the cache directory
 * @param cacheVersions      versions of each topic that are kept in the cache directory
 * @param fallback           buckets with the newest state of every topic, for starts without the service; nearest first
 * @param fallbackAfter      how long a start waits for the service alone
 * @param overrides          versions that this process runs whatever the service says: by topic, or {@code topic=version,…}
 * @param trust              PEM file of certificate authorities to believe besides those that Java knows
 */
@ConfigurationProperties(value = "octavo.client", ignoreUnknownFields = false)
public record OctavoClientProperties(
        @Nullable URI server,
        @DefaultValue List<String> subscribeEndpoints,
        @DefaultValue List<String> publishEndpoints,
        @Nullable String region,
        @Nullable String app,
        @Nullable String cluster,
        @Nullable String instance,
        @Nullable String who,
        @Nullable String token,
        @Nullable Duration pollInterval,
        @Nullable Boolean heldPolls,
        @Nullable Duration requestTimeout,
        @Nullable Duration transferTimeout,
        @Nullable Integer concurrentLoads,
        @Nullable Integer concurrentParts,
        @Nullable DataSize straightToS3From,
        @Nullable Path cacheDirectory,
        @Nullable DataSize cacheLimit,
        @Nullable Integer cacheVersions,
        @DefaultValue List<FallbackBucket> fallback,
        @Nullable Duration fallbackAfter,
        @DefaultValue @OverridesText.Overridden Map<String, Long> overrides,
        @Nullable Path trust) {

    /**
     * A region's bucket, as {@link Fallback} describes it.
     *
     * @param region        as the servers call it
     * @param bucket        its name
     * @param prefix        what its keys begin with; "fallback" by default
     * @param endpoint      the store's address, if it isn't AWS
     * @param signingRegion region that requests are signed for
     * @param accessKey     with the secret key, instead of what the AWS SDK finds
     * @param secretKey     with the access key, instead of what the AWS SDK finds
     */
    public record FallbackBucket(
            String region,
            String bucket,
            @Nullable String prefix,
            @Nullable URI endpoint,
            @Nullable String signingRegion,
            @Nullable String accessKey,
            @Nullable String secretKey) {
        public FallbackBucket {
            require("region", region != null);
            require("bucket", bucket != null);
            require("access-key", accessKey != null || secretKey == null);
            require("secret-key", secretKey != null || accessKey == null);
        }

        private static void require(String key, boolean isThere) {
            if (!isThere) {
                throw new IllegalArgumentException("octavo.client.fallback[n]." + key
                        + ": missing (expected: region and bucket, and both access-key and secret-key or neither)");
            }
        }

        Fallback fallback() {
            Fallback place = Fallback.of(region, bucket);
            place = prefix == null ? place : place.prefix(prefix);
            place = endpoint == null ? place : place.endpoint(endpoint);
            place = signingRegion == null ? place : place.signingRegion(signingRegion);
            return accessKey == null || secretKey == null ? place : place.credentials(accessKey, secretKey);
        }

        /** Without the keys. */
        @Override
        public String toString() {
            return region + ": " + bucket;
        }
    }

    /** A client to be, as these keys say. */
    OctavoClientBuilder builder() {
        OctavoClientBuilder builder =
                OctavoClient.builder().subscribeEndpoints(subscribeEndpoints).publishEndpoints(publishEndpoints);
        set(server, builder::server);
        set(region, builder::region);
        set(app, builder::app);
        set(cluster, builder::cluster);
        set(instance, builder::instance);
        set(who, builder::who);
        set(token, builder::token);
        set(pollInterval, builder::pollInterval);
        set(heldPolls, builder::heldPolls);
        set(requestTimeout, builder::requestTimeout);
        set(transferTimeout, builder::transferTimeout);
        set(concurrentLoads, builder::concurrentLoads);
        set(concurrentParts, builder::concurrentParts);
        set(straightToS3From, size -> builder.straightToS3From(size.toBytes()));
        set(cacheDirectory, builder::cacheDirectory);
        set(cacheLimit, size -> builder.cacheLimit(size.toBytes()));
        set(cacheVersions, builder::cacheVersions);
        builder.fallback(fallback.stream().map(FallbackBucket::fallback).toArray(Fallback[]::new));
        set(fallbackAfter, builder::fallbackAfter);
        overrides.forEach(builder::override);
        set(trust, builder::trust);
        return builder;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "octavo.client.*";
    }

    private static <V> void set(@Nullable V value, Consumer<V> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
