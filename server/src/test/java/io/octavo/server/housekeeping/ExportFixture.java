package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys;
import io.octavo.rules.Scopes;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** The export of a log in memory to two regions in memory. */
abstract class ExportFixture {
    static final Duration KEEP = Duration.ofMinutes(10);
    static final Duration PUT_WITHIN = Duration.ofMinutes(5);
    static final Duration SCAN = Duration.ofMinutes(30);
    private static final HousekeepingConfig.Export EXPORT =
            new HousekeepingConfig.Export(Duration.ofSeconds(5), SCAN, KEEP, 100_000, PUT_WITHIN);
    static final FallbackKeys KEYS = new FallbackKeys("fallback");

    final TestTime time = new TestTime();
    final InMemoryTopicLog log = new InMemoryTopicLog(time);
    final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
    final InMemoryObjects eu = new InMemoryObjects("eu", time);
    final InMemoryObjects us = new InMemoryObjects("us", time);
    final FallbackCache fallback = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 2));
    final FallbackRegion inEu = fallback.regions().get(0);
    final FallbackRegion inUs = fallback.regions().get(1);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final ExportTask task = task();
    boolean announced = true;
    private long payloadIds;
    final TopicCommits commits = new TopicCommits(
            log,
            () -> {},
            this::announce,
            time,
            BoundedPatience.within(Duration.ofSeconds(5)),
            new SimpleMeterRegistry());

    ExportTask task() {
        return task(log);
    }

    ExportTask task(TopicLog read) {
        return new ExportTask(read, log, direct, fallback, EXPORT, time, System::nanoTime, meters);
    }

    /** With threads of its own in one region. */
    ExportTask task(Executor inUs) {
        return new ExportTask(
                log,
                log,
                direct,
                fallback,
                EXPORT,
                time,
                meters,
                region -> new ExportLane(
                        region.equals("us") ? inUs : Runnable::run,
                        2,
                        100_000,
                        System::nanoTime,
                        Duration.ofMillis(1)));
    }

    double count(String kind, String outcome) {
        return meters.get("octavo.fallback.objects")
                .tags("region", "eu", "kind", kind, "outcome", outcome)
                .counter()
                .count();
    }

    void publish(String topic, String payload) {
        commit(topic, version(payload, true));
    }

    void stage(String topic) {
        commit(topic, version("staged", false));
    }

    PublishVersion version(String payload, boolean published) {
        return version(payload, published, Map.of());
    }

    PublishVersion version(String payload, boolean published, Map<String, String> metadata) {
        long id = ++payloadIds;
        ByteString bytes = ByteString.copyFromUtf8(payload);
        direct.store(id, bytes);
        Part part = Part.newBuilder()
                .setSize(bytes.size())
                .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                .build();
        return new PublishVersion(
                List.of(part), metadata, published ? List.of(Scopes.GLOBAL) : List.of(), null, false, null, 0, "");
    }

    void commit(String topic, Command command) {
        commits.commit(topic, command, "tester", null);
    }

    void announce(TopicHead head) {
        if (announced) {
            log.append(head.getTopic(), head.getRevision());
        }
    }

    List<TopicHead> heads() {
        List<TopicHead> heads = new ArrayList<>();
        log.forEachHead(heads::add);
        return heads;
    }

    TopicHead head(String topic) {
        return requireNonNull(log.head(topic, Read.SERIAL));
    }
}
