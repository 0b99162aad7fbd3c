package io.octavo.server.payload;

import io.octavo.rules.InvalidField;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.ConstructorBinding;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.regions[n].s3.*}: one region's bucket and how to reach it.
 *
 * @param endpoint      base address of the store; null = Amazon's for the signing region
 * @param bucket        name of the bucket that new payloads go to
 * @param accessKey     null, with the secret key, = the usual AWS credential chain
 * @param secretKey     never shown
 * @param pathStyle     the bucket is the first part of the path, not of the host name
 * @param signingRegion what S3 calls the region, part of each signature
 * @param ca            file, in PEM, of the authorities that alone are believed about an https endpoint; null = those
 *     that the Java runtime knows
 * @param publicEndpoint base address of the same store as readers and publishers reach it, for links and signed uploads;
 *     null = the endpoint
 */
public record S3Config(
        @Nullable URI endpoint,
        String bucket,
        @Nullable String accessKey,
        @Nullable String secretKey,
        boolean pathStyle,
        String signingRegion,
        @Nullable String ca,
        @Nullable URI publicEndpoint) {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern SIGNING_REGION = Pattern.compile("[a-z0-9-]{1,63}");

    /** Takes null for what was not configured, and refuses it by its name where it is needed. */
    @ConstructorBinding
    public S3Config(
            @Nullable URI endpoint,
            @Nullable String bucket,
            @Nullable String accessKey,
            @Nullable String secretKey,
            @DefaultValue("true") boolean pathStyle,
            @DefaultValue("us-east-1") String signingRegion,
            @Nullable String ca,
            @Nullable URI publicEndpoint) {
        checkAddress("endpoint", endpoint);
        checkAddress("public-endpoint", publicEndpoint);
        if (bucket == null || !BUCKET.matcher(bucket).matches()) {
            throw invalid("bucket", bucket == null ? "(absent)" : bucket, BUCKET.pattern());
        }
        if (isGiven(accessKey) != isGiven(secretKey)) {
            throw invalid(
                    isGiven(accessKey) ? "secret-key" : "access-key",
                    "(absent)",
                    "access-key and secret-key, or neither for the AWS credential chain");
        }
        if (!SIGNING_REGION.matcher(signingRegion).matches()) {
            throw invalid("signing-region", signingRegion, SIGNING_REGION.pattern());
        }
        if (isGiven(ca) && endpoint != null && !"https".equals(endpoint.getScheme())) {
            throw invalid("endpoint", endpoint, "https://HOST[:PORT] beside octavo.regions[].s3.ca");
        }
        this.endpoint = endpoint;
        this.bucket = bucket;
        this.accessKey = isGiven(accessKey) ? accessKey : null;
        this.secretKey = isGiven(secretKey) ? secretKey : null;
        this.pathStyle = pathStyle;
        this.signingRegion = signingRegion;
        this.ca = isGiven(ca) ? ca : null;
        this.publicEndpoint = publicEndpoint;
    }

    /** One whose endpoint, if it speaks TLS, is judged by the authorities that the Java runtime knows. */
    public S3Config(
            @Nullable URI endpoint,
            @Nullable String bucket,
            @Nullable String accessKey,
            @Nullable String secretKey,
            boolean pathStyle,
            String signingRegion) {
        this(endpoint, bucket, accessKey, secretKey, pathStyle, signingRegion, null, null);
    }

    private static void checkAddress(String key, @Nullable URI address) {
        if (address != null && (!isHttp(address) || address.getHost() == null || address.getUserInfo() != null)) {
            throw invalid(key, hideUser(address), "http://HOST[:PORT] or https://HOST[:PORT]");
        }
    }

    private static boolean isHttp(URI endpoint) {
        return "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    }

    /** An endpoint with a password in it must not reach a log. */
    private static String hideUser(URI endpoint) {
        return endpoint.getRawUserInfo() == null ? endpoint.toString() : "(with user and password)";
    }

    private static boolean isGiven(@Nullable String key) {
        return key != null && !key.isEmpty();
    }

    private static InvalidField invalid(String key, Object value, String expected) {
        return new InvalidField("octavo.regions[].s3." + key, value, expected);
    }

    @Override
    public String toString() {
        return "S3Config[endpoint=" + endpoint + ", bucket=" + bucket + ", keys="
                + (accessKey == null ? "AWS credential chain" : "given") + ", pathStyle=" + pathStyle
                + ", signingRegion=" + signingRegion + ", ca=" + ca + ", publicEndpoint="
                + publicEndpoint + "]";
    }
}
