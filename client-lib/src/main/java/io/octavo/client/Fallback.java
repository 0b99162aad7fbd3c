package io.octavo.client;

import io.octavo.rules.FallbackKeys;
import io.octavo.rules.InvalidField;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One region's S3 bucket with the newest state of every topic, which is asked when the service is away. Immutable: each
 * method answers a changed copy.
 *
 * <pre>{@code
 * OctavoClient.builder()
 *         .fallback(Fallback.of("eu", "octavo-eu"), Fallback.of("us", "octavo-us").signingRegion("us-east-1"))
 * }</pre>
 */
public final class Fallback {
    private static final String DEFAULT_PREFIX = "fallback";

    private final String region;
    private final String bucket;
    private final String prefix;
    private final @Nullable URI endpoint;
    private final @Nullable String signingRegion;
    private final @Nullable String accessKey;
    private final @Nullable String secretKey;

    private Fallback(
            String region,
            String bucket,
            String prefix,
            @Nullable URI endpoint,
            @Nullable String signingRegion,
            @Nullable String accessKey,
            @Nullable String secretKey) {
        this.region = region;
        this.bucket = bucket;
        this.prefix = prefix;
        this.endpoint = endpoint;
        this.signingRegion = signingRegion;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
    }

    /**
     * The bucket of a region: at AWS, with the credentials that the AWS SDK finds (environment, profile, role), unless
     * said otherwise.
     *
     * @param region as the installation calls it: {@code octavo.regions[n].name} of its servers
     * @param bucket {@code octavo.regions[n].s3.bucket}
     */
    public static Fallback of(String region, String bucket) {
        if (region.isEmpty()) {
            throw new InvalidField("fallback.region", region, "the name of a region");
        }
        Bounds.label("fallback.region", region);
        Bounds.text("fallback.bucket", bucket, 255);
        return new Fallback(region, bucket, DEFAULT_PREFIX, null, null, null, null);
    }

    /** What its keys begin with: {@code octavo.fallback.prefix} of the servers. Default: {@code fallback}. */
    public Fallback prefix(String name) {
        return new Fallback(
                region, bucket, new FallbackKeys(name).prefix(), endpoint, signingRegion, accessKey, secretKey);
    }

    /** The store's address, if it isn't AWS; buckets are then named in the path. */
    public Fallback endpoint(URI address) {
        return new Fallback(region, bucket, prefix, Bounds.server(address), signingRegion, accessKey, secretKey);
    }

    /** The region that requests are signed for. Default: what the AWS SDK finds; {@code us-east-1} with an endpoint. */
    public Fallback signingRegion(String name) {
        Bounds.text("fallback.signingRegion", name, 64);
        return new Fallback(region, bucket, prefix, endpoint, name, accessKey, secretKey);
    }

    /** A fixed pair of keys. They get into no message. */
    public Fallback credentials(String access, String secret) {
        Bounds.text("fallback.accessKey", access, 128);
        Objects.requireNonNull(secret, "secretKey");
        return new Fallback(region, bucket, prefix, endpoint, signingRegion, access, secret);
    }

    String region() {
        return region;
    }

    String bucket() {
        return bucket;
    }

    FallbackKeys keys() {
        return new FallbackKeys(prefix);
    }

    @Nullable
    URI endpoint() {
        return endpoint;
    }

    @Nullable
    String signingRegion() {
        return signingRegion;
    }

    @Nullable
    String accessKey() {
        return accessKey;
    }

    @Nullable
    String secretKey() {
        return secretKey;
    }
}
