package io.octavo.server.payload;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Small objects in a region's S3 bucket. */
final class S3Objects implements SmallObjects {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int THERE_IS_ONE = 412;
    /** Of one list that was asked for: a store that never comes to an end is as good as away. */
    private static final int MOST_PAGES = 100;

    private static final Duration LATER = Duration.ofSeconds(30);

    private final String region;
    private final String bucket;
    private final S3Client client;
    private final S3Calls calls;

    S3Objects(RegionConfig region, PayloadConfig config, int connections, MeterRegistry meters) {
        this.region = region.name();
        this.bucket = region.s3().bucket();
        this.client = S3Clients.client(region.s3(), config, connections);
        this.calls = new S3Calls(region.name(), meters);
    }

    @Override
    public String region() {
        return region;
    }

    @Override
    public boolean create(String key, byte[] bytes, @Nullable Origin origin) {
        return calls.call("CreateObject", () -> {
            try {
                client.putObject(
                        r -> r.bucket(bucket)
                                .key(key)
                                .ifNoneMatch("*")
                                .contentMD5(Md5.of(bytes, bytes.length))
                                .metadata(origin == null ? null : origin.metadata())
                                .overrideConfiguration(o -> o.apiCallTimeout(TIMEOUT)),
                        RequestBody.fromBytes(bytes));
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == THERE_IS_ONE) {
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public @Nullable Origin origin(String key) {
        return calls.call("HeadObject", () -> {
            try {
                return Origin.of(client.headObject(
                                r -> r.bucket(bucket).key(key).overrideConfiguration(o -> o.apiCallTimeout(TIMEOUT)))
                        .metadata());
            } catch (NoSuchKeyException e) {
                return null;
            }
        });
    }

    @Override
    public byte @Nullable [] read(String key) {
        return calls.call("GetObject", () -> {
            try {
                return client.getObjectAsBytes(
                                r -> r.bucket(bucket).key(key).overrideConfiguration(o -> o.apiCallTimeout(TIMEOUT)))
                        .asByteArrayUnsafe();
            } catch (NoSuchKeyException e) {
                return null;
            }
        });
    }

    @Override
    public List<Listed> list(String prefix, String after, int most) {
        List<Listed> listed = new ArrayList<>();
        @Nullable String next = null;
        int pages = 0;
        do {
            ListObjectsV2Response page = page(prefix, after, next, most - listed.size());
            page.contents()
                    .forEach(object -> listed.add(
                            new Listed(object.key(), Objects.requireNonNullElse(object.lastModified(), Instant.MAX))));
            next = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
            pages++;
            // A store may give fewer than it was asked for, or none, though more follow.
        } while (next != null && listed.size() < most && pages < MOST_PAGES);
        if (next != null && listed.size() < most) {
            throw ServiceException.unavailable(
                    "region " + region + ": a list of " + prefix + " has no end after " + pages + " pages",
                    LATER,
                    null);
        }
        return listed;
    }

    private ListObjectsV2Response page(String prefix, String after, @Nullable String token, int most) {
        return calls.call(
                "ListObjects",
                () -> client.listObjectsV2(r -> r.bucket(bucket)
                        .prefix(prefix)
                        .startAfter(after.isEmpty() ? null : after)
                        .continuationToken(token)
                        .maxKeys(most)
                        .overrideConfiguration(o -> o.apiCallTimeout(TIMEOUT))));
    }

    @Override
    public void delete(List<String> keys) {
        if (keys.isEmpty()) {
            return;
        }
        List<ObjectIdentifier> objects = keys.stream()
                .map(key -> ObjectIdentifier.builder().key(key).build())
                .toList();
        calls.call("DeleteObjects", () -> {
            DeleteObjectsResponse answer = client.deleteObjects(r -> r.bucket(bucket)
                    .delete(d -> d.objects(objects).quiet(true))
                    .overrideConfiguration(o -> o.apiCallTimeout(TIMEOUT)));
            if (answer.hasErrors() && !answer.errors().isEmpty()) {
                throw SdkException.builder()
                        .message(answer.errors().get(0).code())
                        .build();
            }
            return answer;
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
