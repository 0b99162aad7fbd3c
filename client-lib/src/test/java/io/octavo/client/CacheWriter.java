package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A process that puts payloads into a cache directory and takes them out, with several threads, until it is killed. It
 * ends with an error if it gets bytes that aren't those of the version, or if a file that it uses goes.
 */
final class CacheWriter {
    static final Consumer CONSUMER = Consumer.newBuilder().setInstance("one").build();
    static final long LIMIT = 12 << 20;
    private static final int THREADS = 3;
    private static final int TOPICS = 6;
    private static final int VERSIONS = 8;

    private final DiskCache disk;
    private final WorkDirectory work;

    CacheWriter(Path directory, ClientMetrics metrics) {
        World world = World.real();
        this.work = new WorkDirectory(directory);
        this.disk = new DiskCache(directory, LIMIT, work, world, metrics);
    }

    public static void main(String[] words) throws Exception {
        CacheWriter writer = new CacheWriter(Path.of(words[0]), ClientMetrics.NONE);
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        for (int i = 0; i < THREADS; i++) {
            RandomGenerator random = new SplittableRandom(Long.parseLong(words[1]) + i);
            new Thread(() -> {
                        try {
                            while (System.nanoTime() < end) {
                                writer.step(random);
                            }
                        } catch (Throwable e) {
                            e.printStackTrace();
                            Runtime.getRuntime().halt(3);
                        }
                    })
                    .start();
        }
    }

    void step(RandomGenerator random) throws Exception {
        String topic = "t" + random.nextInt(TOPICS);
        VersionRecord record = record(topic, 1 + random.nextInt(VERSIONS));
        LoadedPayload found = disk.find(topic, record);
        if (found == null) {
            found = download(topic, record);
            disk.put(found);
        }
        Path file = found.file();
        disk.write(CachedTopic.newBuilder()
                .setFormat(TopicFiles.FORMAT)
                .setConsumer(CONSUMER)
                .setTopic(topic)
                .setRevision(record.getVersion())
                .setEpoch(1)
                .setHead(TopicHead.newBuilder().setTopic(topic))
                .addGood(record)
                .build());
        disk.makeRoom(1 << 20);
        if (!Arrays.equals(Files.readAllBytes(file), bytes(topic, record.getVersion()))) {
            throw new AssertionError("not the bytes of " + topic + " version " + record.getVersion());
        }
        found.delete();
    }

    /** Whether everything that is there is right, or is found to be wrong. */
    int verify() throws Exception {
        int there = 0;
        for (int t = 0; t < TOPICS; t++) {
            disk.read(CONSUMER, "t" + t);
            for (int version = 1; version <= VERSIONS; version++) {
                LoadedPayload found = disk.find("t" + t, record("t" + t, version));
                if (found != null) {
                    there++;
                    if (!Arrays.equals(found.openStream().readAllBytes(), bytes("t" + t, version))) {
                        throw new AssertionError("not the bytes of t" + t + " version " + version);
                    }
                    found.delete();
                }
            }
        }
        work.close();
        return there;
    }

    private LoadedPayload download(String topic, VersionRecord record) {
        disk.makeRoom(record.getParts(0).getSize());
        try (PayloadSink sink = new PayloadSink(topic, record, record.getParts(0), work)) {
            sink.write(ByteBuffer.wrap(bytes(topic, record.getVersion())));
            return sink.verified();
        }
    }

    private static VersionRecord record(String topic, long version) {
        byte[] bytes = bytes(topic, version);
        return VersionRecord.newBuilder()
                .setVersion(version)
                .addParts(Part.newBuilder()
                        .setSize(bytes.length)
                        .setSha256(ByteString.copyFrom(Digests.sha256(bytes)))
                        .setDirect(DirectPointer.newBuilder().setPayloadId(version)))
                .build();
    }

    /** Every third one is too large for memory. */
    private static byte[] bytes(String topic, long version) {
        byte[] bytes = new byte[version % 3 == 0 ? 1_200_000 : 30_000];
        new SplittableRandom(List.of(topic, version).hashCode()).nextBytes(bytes);
        return bytes;
    }
}
