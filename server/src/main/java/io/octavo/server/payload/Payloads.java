package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLinks;
import io.octavo.protocol.S3Pointer;
import io.octavo.server.payload.RegionStore.Unfinished;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The payloads of this installation: taken in as streams of any size with bounded memory, kept beside the metadata if
 * smaller than {@link DirectPayloads#LIMIT} and in every region's bucket if not, and read back. Thread-safe; calls
 * block. {@link io.octavo.server.errors.ServiceException} UNAVAILABLE means that a store can't be asked now, with a
 * time-out.
 */
public final class Payloads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Payloads.class);

    private static final int UNFINISHED_AT_ONCE = 1_000;

    private final List<RegionStore> regions;
    private final PayloadConfig config;
    private final DirectPayloads direct;
    private final UploadLedger ledger;
    private final LongSupplier ids;
    private final PayloadReader reader;
    private final PartBuffers buffers;
    private final PartSenders senders;
    private final Gate small;
    private final Gate large;
    private final DistributionSummary directSizes;
    private final DistributionSummary s3Sizes;

    /** Opens nothing: {@link #check} is the first call to a store. */
    public Payloads(
            RegionsConfig regions,
            PayloadConfig config,
            DirectPayloads direct,
            UploadLedger ledger,
            MeterRegistry meters) {
        this(
                regions.regions().stream()
                        .<RegionStore>map(region -> new S3Region(region, config, meters))
                        .toList(),
                config,
                direct,
                ledger,
                meters,
                new SecureRandom()::nextLong);
    }

    Payloads(
            List<RegionStore> regions,
            PayloadConfig config,
            DirectPayloads direct,
            UploadLedger ledger,
            MeterRegistry meters,
            LongSupplier random) {
        this.regions = regions;
        this.config = config;
        this.direct = direct;
        this.ledger = ledger;
        this.ids = random;
        this.reader = new PayloadReader(regions, direct);
        this.buffers = new PartBuffers(config.concurrentUploads() * S3Upload.BUFFERS);
        this.senders = new PartSenders(config.concurrentUploads() * S3Upload.BUFFERS * regions.size());
        this.small = new Gate(
                config.concurrentSmallUploads(),
                config.uploadWait(),
                "uploads: " + config.concurrentSmallUploads() + " are starting on this node");
        this.large = new Gate(
                config.concurrentUploads(),
                config.uploadWait(),
                "uploads: " + config.concurrentUploads() + " of 1 MiB or more are running on this node");
        this.directSizes = sizes(meters, "direct");
        this.s3Sizes = sizes(meters, "s3");
        meters.gauge("octavo.payload.buffers", buffers, PartBuffers::inUse);
    }

    private static DistributionSummary sizes(MeterRegistry meters, String kind) {
        return DistributionSummary.builder("octavo.payload.stored")
                .description("Payloads taken in")
                .baseUnit("bytes")
                .tag("kind", kind)
                .register(meters);
    }

    /**
     * Takes a payload in. On return it is durable, and verified against what was announced, in every region. On any
     * exception nothing is left of it, as far as the stores can be reached; the sweep finds the rest by the ledger.
     *
     * @param body read to its end, not closed; its own exceptions pass through, after everything is undone
     * @throws IOException if the body can't be read to its end
     * @throws io.octavo.server.errors.ServiceException TOO_LARGE as soon as it is known, DIGEST_MISMATCH if other bytes
     *     came than were announced, RATE_LIMITED if too many uploads are running, UNAVAILABLE if any region fails
     */
    public StoredPayload store(String topic, InputStream body, Expected expected) throws IOException {
        Intake intake = new Intake(body, expected, config.maxSize().toBytes());
        byte[] head;
        small.enter();
        try {
            head = intake.readUpTo(DirectPayloads.LIMIT);
            if (head.length < DirectPayloads.LIMIT) {
                intake.verify();
                return storeDirect(topic, head, intake, expected.contentType());
            }
            large.enter();
        } finally {
            small.leave();
        }
        try {
            return storeInRegions(topic, head, intake, expected.contentType());
        } finally {
            large.leave();
        }
    }

    private StoredPayload storeDirect(String topic, byte[] bytes, Intake intake, String contentType) {
        long id = newId();
        ledger.started(topic, id, true);
        StoredPayload stored = new StoredPayload(
                id,
                part(intake, contentType)
                        .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                        .build());
        boolean done = false;
        try {
            direct.store(id, ByteString.copyFrom(bytes));
            done = true;
        } finally {
            if (!done) {
                discard(stored);
            }
        }
        directSizes.record((double) intake.size());
        return stored;
    }

    private StoredPayload storeInRegions(String topic, byte[] head, Intake intake, String contentType)
            throws IOException {
        long id = newId();
        String key = PayloadKeys.of(id);
        Origin origin = ledger.started(topic, id, false);
        List<RegionUpload> uploads =
                regions.stream().map(region -> new RegionUpload(region, key)).toList();
        new S3Upload(uploads, origin, buffers, senders, config.callTimeout().plusSeconds(5)).run(intake, head);
        S3Pointer.Builder pointer = S3Pointer.newBuilder().setPayloadId(id);
        regions.forEach(region -> pointer.addLocations(region.location(key)));
        s3Sizes.record((double) intake.size());
        return new StoredPayload(id, part(intake, contentType).setS3(pointer).build());
    }

    private static Part.Builder part(Intake intake, String contentType) {
        return Part.newBuilder()
                .setSize(intake.size())
                .setSha256(intake.sha256())
                .setContentType(contentType);
    }

    /** Positive, 63 bits. */
    private long newId() {
        long id;
        do {
            id = ids.getAsLong() & Long.MAX_VALUE;
        } while (id == 0);
        return id;
    }

    /**
     * Reads a part of a payload. If a region fails, also midway, the next goes on.
     *
     * @param offset first byte wanted, 0…size
     * @param length how many bytes, 0…size − offset
     * @return to be closed by the caller; for one thread. Its IOExceptions mean that no region can go on
     * @throws MissingPayload if every region of the pointer answers that it isn't there
     */
    public InputStream open(Part part, long offset, long length) {
        return reader.open(part, offset, length);
    }

    /**
     * Whether a payload is positively missing: every place that its pointer names was asked, and has it not.
     *
     * @throws io.octavo.server.errors.ServiceException UNAVAILABLE if that can't be said now
     */
    public boolean isMissing(Part part) {
        return reader.isMissing(part);
    }

    /**
     * Signed addresses for plain HTTP GET, also with Range. Computed here, asking no store; whether the bytes are there
     * is not looked at.
     *
     * @param callerRegion its store comes first; empty or unknown = this node's own does
     * @return none for a payload kept beside the metadata
     */
    public PayloadLinks links(Part part, String callerRegion) {
        return reader.links(part, callerRegion);
    }

    /** In which regions payloads are. */
    public PayloadReplicas replicas() {
        return new PayloadReplicas(regions);
    }

    /** Objects in these regions that are not ours, and can be payloads nevertheless. */
    public ExternalPayloads external(ExternalConfig external) {
        return new ExternalPayloads(regions, external, config.maxSize().toBytes(), large);
    }

    /** Payloads that their publishers put into these regions themselves. */
    public SignedUploads signed(UploadsConfig uploads, OpenUploads open, InstantSource clock) {
        Gate completions = new Gate(
                uploads.concurrent(),
                config.uploadWait(),
                "uploads: " + uploads.concurrent() + " are being completed on this node");
        return new SignedUploads(
                regions, uploads, config.maxSize().toBytes(), ledger, open, this::newId, completions, s3Sizes, clock);
    }

    /** Removes a payload that became part of nothing; what can't be removed now is left to the sweep. */
    public void discard(StoredPayload payload) {
        try {
            delete(payload.uploadId(), payload.direct());
        } catch (RuntimeException e) {
            LOG.warn("payload {} could not be removed and stays until the sweep", payload.uploadId(), e);
        }
    }

    /**
     * Removes a payload, finished or not, from every region; harmless if it isn't there. All regions are tried before
     * the first failure is thrown.
     *
     * @param payloadId as in the ledger and the pointer
     * @param isDirect  whether it is one of {@link DirectPayloads}
     */
    public void delete(long payloadId, boolean isDirect) {
        if (isDirect) {
            direct.delete(payloadId);
            return;
        }
        String key = PayloadKeys.of(payloadId);
        inEveryRegion(region -> {
            region.attempts(key).forEach(attempt -> region.abort(key, attempt));
            region.delete(key);
        });
    }

    /**
     * Gives up uploads to S3 that were begun before that time, by the stores' clocks, and never finished; a thousand per
     * region at most. All regions are tried before the first failure is thrown.
     *
     * @return how many
     */
    public int abortUnfinished(Instant before) {
        AtomicInteger aborted = new AtomicInteger();
        inEveryRegion(region -> {
            for (Unfinished attempt : region.unfinished(PayloadKeys.PREFIX, before, UNFINISHED_AT_ONCE)) {
                region.abort(attempt.key(), attempt.attempt());
                aborted.incrementAndGet();
            }
        });
        return aborted.get();
    }

    private void inEveryRegion(Consumer<RegionStore> action) {
        @Nullable RuntimeException failure = null;
        for (RegionStore region : regions) {
            try {
                action.accept(region);
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Asks every region for its bucket, and makes it if it isn't there and {@code octavo.payload.create-buckets} says
     * so. Blocks for some seconds per region at most.
     */
    public void check() {
        regions.forEach(region -> region.check(config.createBuckets()));
    }

    /** The most part buffers of 8 MiB that were ever in use at once. */
    int peakBuffers() {
        return buffers.peak();
    }

    int buffersInUse() {
        return buffers.inUse();
    }

    /** Waits some seconds for uploads that are running, then breaks them off. */
    @Override
    public void close() {
        senders.close();
        regions.forEach(RegionStore::close);
    }
}
