package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.DistributionSummary;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Pointer;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Payloads that their publishers put into every region's bucket themselves, part by part, at signed addresses. All that
 * is known of one is in the stores, so that any node goes on with it. Thread-safe; calls block, as those of
 * {@link Payloads} do.
 */
public final class SignedUploads {
    private static final Logger LOG = LoggerFactory.getLogger(SignedUploads.class);
    private static final long SMALLEST_PART = 5L << 20;
    private static final long LARGEST_PART = 1L << 30;
    private static final int MOST_PARTS = 10_000;
    /** In one answer: even with the longest addresses, it stays below the 4 MiB that a gRPC client takes. */
    static final int MOST_LINKS = 1_000;

    /** An MD5 over the MD5s of the parts, and how many there are: what is equal has equal bytes. Other tags tell nothing. */
    private static final Pattern MD5_OF_PARTS = Pattern.compile("\"?[0-9a-f]{32}-[0-9]+\"?");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final List<RegionStore> regions;
    private final UploadsConfig config;
    private final long maxSize;
    private final UploadLedger ledger;
    private final OpenUploads open;
    private final LongSupplier ids;
    private final Gate gate;
    private final DistributionSummary sizes;
    private final InstantSource clock;

    /**
     * @param gate  how many are put together and verified at once
     * @param sizes gets each payload that was taken in
     */
    SignedUploads(
            List<RegionStore> regions,
            UploadsConfig config,
            long maxSize,
            UploadLedger ledger,
            OpenUploads open,
            LongSupplier ids,
            Gate gate,
            DistributionSummary sizes,
            InstantSource clock) {
        this.regions = List.copyOf(regions);
        this.config = config;
        this.maxSize = maxSize;
        this.ledger = ledger;
        this.open = open;
        this.ids = ids;
        this.gate = gate;
        this.sizes = sizes;
        this.clock = clock;
    }

    /** The upload with this key; null = none, or none any more. */
    public @Nullable OpenUpload find(String topic, String key) {
        return open.find(topic, key);
    }

    /**
     * Begins an upload, unless another call has begun one with this key meanwhile.
     *
     * @param partSize 0 = 8 MiB
     * @return the one that stands
     * @throws InvalidField if it is too small, or its parts are
     * @throws ServiceException TOO_LARGE, RATE_LIMITED if too many are open, UNAVAILABLE if any region fails
     */
    public OpenUpload begin(String topic, String key, long size, ByteString sha256, long partSize) {
        long wanted = partSize == 0 ? PartBuffers.PART_SIZE : partSize;
        check(size, sha256, wanted);
        if (open.count(topic, config.openPerTopic()) >= config.openPerTopic()) {
            throw ServiceException.rateLimited(
                    "uploads: " + config.openPerTopic() + " are open for " + topic
                            + " (expected: fewer); complete or abort one, or wait until one expires",
                    Duration.ofMinutes(1));
        }
        long id = ids.getAsLong();
        Origin origin = ledger.started(topic, id, false);
        OpenUpload mine = new OpenUpload(
                topic,
                key,
                id,
                size,
                sha256,
                wanted,
                attempts(id, origin),
                clock.instant().plus(config.lifetime()));
        // If this throws, the entry may come into being nevertheless: its attempts stay, for the sweep to judge.
        OpenUpload standing = open.putIfAbsent(mine);
        if (standing.uploadId() != id) {
            remove(id, mine.attempts());
        }
        return standing;
    }

    private void check(long size, ByteString sha256, long partSize) {
        if (size < DirectPayloads.LIMIT) {
            throw new InvalidField(
                    "size", size, DirectPayloads.LIMIT + " or more bytes; what is smaller is published in one call");
        }
        if (size > maxSize) {
            throw ServiceException.of(
                    ErrorCode.TOO_LARGE, "size: " + size + " (expected: at most " + maxSize + " bytes)");
        }
        if (sha256.size() != Digests.LENGTH) {
            throw new InvalidField(
                    "sha256",
                    HexFormat.of().formatHex(sha256.toByteArray()),
                    "a SHA-256 digest of " + Digests.LENGTH + " bytes");
        }
        if (partSize < SMALLEST_PART || partSize > LARGEST_PART || OpenUpload.partCount(size, partSize) > MOST_PARTS) {
            throw new InvalidField(
                    "partSize",
                    partSize,
                    SMALLEST_PART + "…" + LARGEST_PART + " bytes, and at most " + MOST_PARTS + " parts");
        }
    }

    private Map<String, String> attempts(long id, Origin origin) {
        Map<String, String> attempts = new HashMap<>();
        try {
            regions.forEach(region -> attempts.put(region.name(), region.begin(PayloadKeys.of(id), origin)));
            return attempts;
        } catch (RuntimeException e) {
            remove(id, attempts);
            throw e;
        }
    }

    /** Removes what there is of it, as well as that works now: the sweep finds the rest by the ledger. */
    private void remove(long id, Map<String, String> attempts) {
        String key = PayloadKeys.of(id);
        for (RegionStore region : regions) {
            String attempt = attempts.get(region.name());
            try {
                if (attempt != null) {
                    region.abort(key, attempt);
                    region.delete(key);
                }
            } catch (RuntimeException e) {
                LOG.warn("region {}: upload {} was given up and its bytes stay until the sweep", region.name(), id, e);
            }
        }
    }

    /**
     * What is not there yet, and where to put it.
     *
     * @return null if a store knows nothing of the upload any more: it can't be completed
     */
    public @Nullable MissingParts missing(OpenUpload upload) {
        List<OpenRegionUpload> wanted = inRegions(upload);
        List<Set<Integer>> there = new ArrayList<>();
        for (OpenRegionUpload region : wanted) {
            Set<Integer> numbers = there(region);
            if (numbers == null) {
                return null;
            }
            there.add(numbers);
        }
        List<MissingParts.Link> links = new ArrayList<>();
        int count = 0;
        for (int number = 1; number <= upload.partCount(); number++) {
            for (int i = 0; i < wanted.size(); i++) {
                if (!there.get(i).contains(number)) {
                    count++;
                    if (count <= MOST_LINKS) {
                        links.add(wanted.get(i).link(number, config.linkLifetime()));
                    }
                }
            }
        }
        return new MissingParts(links, count);
    }

    private static @Nullable Set<Integer> there(OpenRegionUpload region) {
        SortedMap<Integer, String> parts = region.parts();
        if (parts != null) {
            return parts.keySet();
        }
        return region.isWhole()
                ? IntStream.rangeClosed(1, region.upload().partCount()).boxed().collect(Collectors.toSet())
                : null;
    }

    /**
     * Puts an upload together in every region and verifies it: the size everywhere; the digest by reading the bytes in
     * one region, and in each other whose store doesn't say by an MD5 over the same parts that it has the same.
     *
     * @param checks what the bytes are held against as they are read first
     * @return ready for a version record
     * @throws InvalidField if parts are missing
     * @throws ServiceException DIGEST_MISMATCH, GONE if a store knows nothing of it any more, RATE_LIMITED if too many
     *     uploads are running, UNAVAILABLE if any region fails: then it can be repeated
     */
    public StoredPayload complete(OpenUpload upload, String contentType, UnaryOperator<InputStream> checks) {
        List<OpenRegionUpload> wanted = inRegions(upload);
        gate.enter();
        try {
            wanted.forEach(OpenRegionUpload::complete);
            verify(wanted, checks);
        } finally {
            gate.leave();
        }
        S3Pointer.Builder pointer = S3Pointer.newBuilder().setPayloadId(upload.uploadId());
        wanted.forEach(region -> pointer.addLocations(region.store().location(upload.objectKey())));
        sizes.record((double) upload.size());
        Part part = Part.newBuilder()
                .setSize(upload.size())
                .setSha256(upload.sha256())
                .setContentType(contentType)
                .setS3(pointer)
                .build();
        return new StoredPayload(upload.uploadId(), part);
    }

    private static void verify(List<OpenRegionUpload> wanted, UnaryOperator<InputStream> checks) {
        Set<String> verified = new HashSet<>();
        for (OpenRegionUpload region : wanted) {
            String tag = region.tag();
            if (!verified.contains(tag)) {
                region.verify(verified.isEmpty() ? checks : UnaryOperator.identity());
                if (MD5_OF_PARTS.matcher(tag).matches()) {
                    verified.add(tag);
                }
            }
        }
    }

    /** Removes an upload that the log has as aborted, with its bytes. */
    public void delete(OpenUpload upload) {
        remove(upload.uploadId(), upload.attempts());
        open.remove(upload);
    }

    /** Takes an upload off the list; its bytes stay. */
    public void close(OpenUpload upload) {
        open.remove(upload);
    }

    private List<OpenRegionUpload> inRegions(OpenUpload upload) {
        List<OpenRegionUpload> wanted = regions.stream()
                .filter(region -> upload.attempts().containsKey(region.name()))
                .map(region -> new OpenRegionUpload(region, upload))
                .toList();
        if (wanted.size() != upload.attempts().size()) {
            throw ServiceException.unavailable(
                    "upload: in regions " + new TreeSet<>(upload.attempts().keySet())
                            + " (expected: a node that has all of them in octavo.regions)",
                    RETRY_AFTER,
                    null);
        }
        return wanted;
    }
}
