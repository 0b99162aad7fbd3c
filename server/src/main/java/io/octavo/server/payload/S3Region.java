package io.octavo.server.payload;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.S3Location;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedGetObjectRequest;
import software.amazon.awssdk.services.s3.presigner.model.PresignedUploadPartRequest;

/** A region's S3 bucket. Reading and writing have connections of their own: slow readers hold up no publisher. */
final class S3Region implements RegionStore {
    /** For calls that somebody waits for who has little time: health checks, and cleaning up after a failure. */
    private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(5);

    private static final int OTHER_CONNECTIONS = 8;

    private final String name;
    private final String bucket;
    private final PayloadConfig config;
    private final S3Client writes;
    private final S3Client reads;
    private final S3Presigner presigner;
    private final S3Calls calls;

    S3Region(RegionConfig region, PayloadConfig config, MeterRegistry meters) {
        this.name = region.name();
        this.bucket = region.s3().bucket();
        this.config = config;
        int writers = config.concurrentUploads() * S3Upload.BUFFERS + OTHER_CONNECTIONS;
        this.writes = S3Clients.client(region.s3(), config, writers);
        this.reads = S3Clients.client(region.s3(), config, config.maxReads());
        this.presigner = S3Clients.presigner(region.s3());
        this.calls = new S3Calls(region.name(), meters);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public S3Location location(String key) {
        return S3Location.newBuilder()
                .setRegion(name)
                .setBucket(bucket)
                .setKey(key)
                .build();
    }

    @Override
    public void check(boolean createBucket) {
        boolean there = calls.call("HeadBucket", () -> {
            try {
                writes.headBucket(r -> r.bucket(bucket).overrideConfiguration(o -> o.apiCallTimeout(SHORT_TIMEOUT)));
                return true;
            } catch (NoSuchBucketException e) {
                if (createBucket) {
                    return false;
                }
                throw e;
            }
        });
        if (!there) {
            calls.call("CreateBucket", () -> {
                try {
                    return writes.createBucket(r -> r.bucket(bucket));
                } catch (BucketAlreadyOwnedByYouException e) {
                    // Another node was quicker.
                    return e;
                }
            });
        }
    }

    @Override
    public String begin(String key, Origin origin) {
        return calls.call(
                "CreateMultipartUpload",
                () -> writes.createMultipartUpload(
                                r -> r.bucket(bucket).key(key).metadata(origin.metadata()))
                        .uploadId());
    }

    @Override
    public String put(String key, String attempt, int number, byte[] bytes, int length) {
        String md5 = Md5.of(bytes, length);
        ContentStreamProvider body =
                ContentStreamProvider.fromInputStreamSupplier(() -> new ByteArrayInputStream(bytes, 0, length));
        return calls.call(
                "UploadPart",
                () -> writes.uploadPart(
                                r -> r.bucket(bucket)
                                        .key(key)
                                        .uploadId(attempt)
                                        .partNumber(number)
                                        .contentLength((long) length)
                                        .contentMD5(md5),
                                RequestBody.fromContentProvider(body, length, "application/octet-stream"))
                        .eTag());
    }

    @Override
    public void complete(String key, String attempt, List<String> tags) {
        List<CompletedPart> parts = new ArrayList<>();
        for (String tag : tags) {
            int number = parts.size() + 1;
            parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
        }
        calls.call(
                "CompleteMultipartUpload",
                () -> writes.completeMultipartUpload(r -> r.bucket(bucket)
                        .key(key)
                        .uploadId(attempt)
                        .multipartUpload(u -> u.parts(parts))
                        .overrideConfiguration(o -> o.apiCallTimeout(config.completeTimeout()))));
    }

    @Override
    public @Nullable List<StoredPart> parts(String key, String attempt) {
        return calls.call("ListParts", () -> {
            try {
                return writes.listPartsPaginator(r -> r.bucket(bucket).key(key).uploadId(attempt)).parts().stream()
                        .map(part -> new StoredPart(part.partNumber(), part.size(), part.eTag()))
                        .toList();
            } catch (NoSuchUploadException | NoSuchKeyException e) {
                // Ceph's gateway says the latter of an upload that is over.
                return null;
            }
        });
    }

    @Override
    public SignedPart partLink(String key, String attempt, int number, long length, Duration good) {
        PresignedUploadPartRequest signed = presigner.presignUploadPart(r -> r.signatureDuration(good)
                .uploadPartRequest(u -> u.bucket(bucket)
                        .key(key)
                        .uploadId(attempt)
                        .partNumber(number)
                        .contentLength(length)));
        return new SignedPart(signed.url().toString(), signed.expiration());
    }

    @Override
    public void abort(String key, String attempt) {
        calls.call("AbortMultipartUpload", () -> {
            try {
                return writes.abortMultipartUpload(r -> r.bucket(bucket)
                        .key(key)
                        .uploadId(attempt)
                        .overrideConfiguration(o -> o.apiCallTimeout(SHORT_TIMEOUT)));
            } catch (NoSuchUploadException | NoSuchKeyException e) {
                return e;
            }
        });
    }

    @Override
    public List<String> attempts(String key) {
        return calls.call(
                "ListMultipartUploads",
                () -> writes.listMultipartUploadsPaginator(r -> r.bucket(bucket).prefix(key)).uploads().stream()
                        .filter(upload -> upload.key().equals(key))
                        .map(MultipartUpload::uploadId)
                        .toList());
    }

    @Override
    public List<Unfinished> unfinished(String prefix, Instant before, int most) {
        return calls.call(
                "ListMultipartUploads",
                () -> writes.listMultipartUploadsPaginator(r -> r.bucket(bucket).prefix(prefix)).uploads().stream()
                        .filter(upload ->
                                upload.initiated() != null && upload.initiated().isBefore(before))
                        .limit(most)
                        .map(upload -> new Unfinished(upload.key(), upload.uploadId()))
                        .toList());
    }

    @Override
    public String tag(String key) {
        return calls.call("HeadObject", () -> {
            try {
                return writes.headObject(r -> r.bucket(bucket).key(key)).eTag();
            } catch (NoSuchKeyException e) {
                return "";
            }
        });
    }

    @Override
    public long size(String key) {
        return size(location(key));
    }

    @Override
    public long size(S3Location location) {
        return calls.call("HeadObject", () -> {
            try {
                return writes.headObject(r -> r.bucket(location.getBucket()).key(location.getKey()))
                        .contentLength();
            } catch (NoSuchKeyException e) {
                return ABSENT;
            }
        });
    }

    @Override
    public boolean has(S3Location location) {
        return calls.call("HeadObject", () -> {
            try {
                writes.headObject(r -> r.bucket(location.getBucket())
                        .key(location.getKey())
                        .overrideConfiguration(o -> o.apiCallTimeout(SHORT_TIMEOUT)));
                return true;
            } catch (NoSuchKeyException e) {
                // A bucket that can't be found answers so too, and says nothing of what is in it.
                writes.headBucket(r ->
                        r.bucket(location.getBucket()).overrideConfiguration(o -> o.apiCallTimeout(SHORT_TIMEOUT)));
                return false;
            }
        });
    }

    @Override
    public void delete(String key) {
        calls.call(
                "DeleteObject",
                () -> writes.deleteObject(
                        r -> r.bucket(bucket).key(key).overrideConfiguration(o -> o.apiCallTimeout(SHORT_TIMEOUT))));
    }

    @Override
    public InputStream read(S3Location location, long offset, long length) {
        return calls.call("GetObject", () -> {
            try {
                ResponseInputStream<GetObjectResponse> body = reads.getObject(r -> r.bucket(location.getBucket())
                        .key(location.getKey())
                        .range("bytes=" + offset + "-" + (offset + length - 1)));
                return new S3Body(body, length);
            } catch (NoSuchKeyException e) {
                throw new MissingPayload("region " + name + ": no object " + location.getKey());
            }
        });
    }

    @Override
    public PayloadLink link(S3Location location) {
        PresignedGetObjectRequest signed = presigner.presignGetObject(r -> r.signatureDuration(config.linkLifetime())
                .getObjectRequest(g -> g.bucket(location.getBucket()).key(location.getKey())));
        return PayloadLink.newBuilder()
                .setRegion(name)
                .setUrl(signed.url().toString())
                .setExpiresAtMs(signed.expiration().toEpochMilli())
                .build();
    }

    @Override
    public void close() {
        writes.close();
        reads.close();
        presigner.close();
    }
}
