package io.octavo.client;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.FallbackKeys;
import io.octavo.rules.FallbackKeys.Position;
import io.octavo.tls.Authorities;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A region's S3 bucket. Once some calls have failed in a row, the next ones fail at once for a while. Opens its
 * connections at the first call.
 */
final class FallbackBucket implements FallbackRegion {
    private static final int NOT_FOUND = 404;
    private static final int CHUNK = 64 << 10;
    /** Empty ones, of a list that has no end. */
    private static final int MOST_PAGES = 10;

    /** Others, and other regions, are tried besides. */
    private static final int ATTEMPTS = 2;

    private static final int MOST_OF_A_HEAD = 1 << 20;

    private final Fallback place;
    private final FallbackKeys keys;
    private final Limits limits;
    private final @Nullable Authorities trusted;
    private final CircuitBreaker breaker;
    private @Nullable S3Client client;
    private volatile String lastFailure = "";
    private boolean closed;

    FallbackBucket(Fallback place, Limits limits, @Nullable Authorities trusted, CircuitBreaker breaker) {
        this.place = place;
        this.keys = place.keys();
        this.limits = limits;
        this.trusted = trusted;
        this.breaker = breaker;
    }

    /** What a call to the store does. */
    private interface Call<T> {
        T run(S3Client s3) throws IOException;
    }

    @Override
    public String region() {
        return place.region();
    }

    @Override
    public @Nullable Position newest(String topic) {
        String first = first(keys.heads(topic));
        return first == null ? null : keys.position(first);
    }

    @Override
    public @Nullable TopicHead head(Position position) {
        String key = keys.head(position.topic(), position.epoch(), position.revision());
        List<TopicHead> found = call("read a head", s3 -> {
            try (InputStream in = open(s3, place.bucket(), key, 0)) {
                TopicHead head = TopicHead.parseFrom(in.readNBytes(MOST_OF_A_HEAD));
                if (!keys.head(head).equals(key)) {
                    throw new IOException("the head of something else");
                }
                return List.of(head);
            } catch (AwsServiceException e) {
                if (e.statusCode() == NOT_FOUND) {
                    return List.of();
                }
                throw e;
            }
        });
        return found.isEmpty() ? null : found.get(0);
    }

    @Override
    public @Nullable Instant completeAt() {
        String first = first(keys.marks());
        Long millis = first == null ? null : keys.markedMillis(first);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    @Override
    public void readDirect(long payloadId, PayloadSink sink, BooleanSupplier cancelled) {
        read(place.bucket(), keys.payload(payloadId), sink, cancelled);
    }

    @Override
    public void read(String bucket, String key, PayloadSink sink, BooleanSupplier cancelled) {
        var unused = call("read a payload", s3 -> {
            try (ResponseInputStream<GetObjectResponse> in = open(s3, bucket, key, sink.position())) {
                byte[] buffer = new byte[CHUNK];
                int count = in.read(buffer);
                while (count >= 0 && !sink.isComplete()) {
                    sink.write(ByteBuffer.wrap(buffer, 0, count));
                    if (cancelled.getAsBoolean()) {
                        in.abort();
                        throw OctavoException.lasting(ErrorCode.UNAVAILABLE, "not wanted any more", null);
                    }
                    count = in.read(buffer);
                }
                if (!sink.isComplete()) {
                    throw new IOException("it ended after " + sink.position() + " bytes");
                }
                return true;
            }
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.close();
            client = null;
        }
    }

    /** A store may give an empty page though something follows. */
    private @Nullable String first(String prefix) {
        List<S3Object> found = List.of();
        @Nullable String next = null;
        int pages = 0;
        do {
            String token = next;
            ListObjectsV2Response page = call(
                    "list",
                    s3 -> s3.listObjectsV2(r -> r.bucket(place.bucket())
                            .prefix(prefix)
                            .continuationToken(token)
                            .maxKeys(1)));
            found = page.contents();
            next = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
            pages++;
        } while (found.isEmpty() && next != null && pages < MOST_PAGES);
        if (found.isEmpty() && next != null) {
            throw failed("list", "only empty pages, " + pages + " of them", null);
        }
        return found.isEmpty() ? null : found.get(0).key();
    }

    private static ResponseInputStream<GetObjectResponse> open(S3Client s3, String bucket, String key, long from) {
        return s3.getObject(r -> r.bucket(bucket).key(key).range(from == 0 ? null : "bytes=" + from + "-"));
    }

    private <T> T call(String doing, Call<T> call) {
        try {
            return breaker.executeCallable(() -> {
                try {
                    return call.run(client());
                } catch (AwsServiceException e) {
                    lastFailure = answer(e);
                    throw failed(doing, lastFailure, e);
                } catch (IOException | SdkException e) {
                    lastFailure = String.valueOf(e.getMessage());
                    throw failed(doing, lastFailure, e);
                } catch (RejectedExecutionException e) {
                    // Only when the SDK's client was closed meanwhile.
                    throw failed(doing, "this client is closed", e);
                }
            });
        } catch (CallNotPermittedException e) {
            throw failed(doing, lastFailure + ": it failed repeatedly; not asked for a moment", null);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } catch (Error e) {
            // Such as a class of the SDK that is missing: the breaker takes no note of it, and would wait for its end.
            breaker.releasePermission();
            throw e;
        }
    }

    private OctavoException failed(String doing, String why, @Nullable Throwable cause) {
        return OctavoException.passing("region " + place.region() + ": can't " + doing + ": " + why, cause);
    }

    private static String answer(AwsServiceException e) {
        String code =
                e.awsErrorDetails() == null ? "" : " " + e.awsErrorDetails().errorCode();
        return switch (e.statusCode()) {
            case 401, 403 -> "refused with " + e.statusCode() + code + " (check credentials and signing region)";
            case NOT_FOUND -> "404" + code + " (check the bucket)";
            default -> "answered with " + e.statusCode() + code;
        };
    }

    private synchronized S3Client client() {
        if (closed) {
            throw OctavoException.lasting(ErrorCode.UNAVAILABLE, "this client is closed", null);
        }
        S3Client known = client;
        if (known == null) {
            known = open();
            client = known;
        }
        return known;
    }

    private S3Client open() {
        Duration connect = limits.connect();
        UrlConnectionHttpClient.Builder http = UrlConnectionHttpClient.builder()
                .connectionTimeout(connect)
                .socketTimeout(limits.stall().compareTo(limits.request()) < 0 ? limits.stall() : limits.request());
        if (trusted != null) {
            http.tlsTrustManagersProvider(trusted::besidesKnown);
        }
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(http)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(o -> o.apiCallTimeout(limits.request())
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS)
                                .build()));
        if (place.endpoint() != null) {
            builder.endpointOverride(place.endpoint()).forcePathStyle(true);
        }
        String signing = place.signingRegion();
        if (signing != null || place.endpoint() != null) {
            builder.region(Region.of(signing == null ? "us-east-1" : signing));
        }
        String access = place.accessKey();
        String secret = place.secretKey();
        if (access != null && secret != null) {
            builder.credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(access, secret)));
        }
        return builder.build();
    }
}
