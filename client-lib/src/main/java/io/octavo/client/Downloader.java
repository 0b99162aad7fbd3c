package io.octavo.client;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;

/** Gets payloads that are asked for by their version. Blocks. */
final class Downloader {
    private static final long CHUNK = 8 << 20;

    private final ReadCalls calls;
    private final RangeReader ranges;
    private final PartTasks tasks;
    private final Limits limits;
    private final World world;

    Downloader(ReadCalls calls, RangeReader ranges, PartTasks tasks, Limits limits, World world) {
        this.calls = calls;
        this.ranges = ranges;
        this.tasks = tasks;
        this.limits = limits;
        this.world = world;
    }

    void toFile(Version version, Path file, TransferListener listener) throws InterruptedException {
        new FileDownload(version, file, CHUNK, this, listener).run();
    }

    InputStream stream(Version version, TransferListener listener) throws InterruptedException {
        ReadCalls.Found found = find(version);
        if (!found.links().isEmpty()) {
            return new PayloadStream(version, linked(version, found), this, listener);
        }
        PayloadCheck check = new PayloadCheck(version);
        check.take(found.bytes().asReadOnlyByteBuffer());
        OctavoException wrong = check.wrong();
        if (wrong != null) {
            throw wrong;
        }
        new Progress(listener, version.size()).at(version.size());
        return new ByteArrayInputStream(found.bytes().toByteArray());
    }

    ReadCalls.Found find(Version version) throws InterruptedException {
        return calls.payload(version);
    }

    LinkedPayload linked(Version version, ReadCalls.Found found) {
        return new LinkedPayload(version, found.links(), calls, ranges, limits, world);
    }

    PartTasks tasks() {
        return tasks;
    }

    /** When a transfer that begins now must be over. */
    Instant end() {
        return world.steady().instant().plus(limits.transfer());
    }
}
