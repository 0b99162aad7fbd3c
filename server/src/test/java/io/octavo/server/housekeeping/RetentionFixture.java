package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Pointer;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Retention of a log in memory, with all that it asks. */
abstract class RetentionFixture {
    static final Duration DAY = Duration.ofDays(1);
    static final Duration UNDER_WAY = Duration.ofMinutes(10);

    final TestTime time = new TestTime();
    final InMemoryTopicLog log = new InMemoryTopicLog(time);
    final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5), time);
    final TestBytes bytes = new TestBytes();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Set<Long> running = new HashSet<>();
    final Set<Long> exported = new HashSet<>();
    boolean leads = true;
    int asked;
    boolean nodesAnswer = true;
    boolean regionsAnswer = true;
    Consumer<String> between = step -> {};
    final RetentionTask task = task(config(50, 100, 5));
    long ids;

    RetentionTask task(RetentionConfig config) {
        TopicLog stepped = Interposed.of(TopicLog.class, log, step -> between.accept(step));
        Retention retention = new Retention(stepped, config.policy(), this::running, topic -> exported(), time);
        RetentionTask made = new RetentionTask(
                stepped, commits, retention, bytes::delete, config, UNDER_WAY, time, System::nanoTime, meters);
        made.measure(() -> leads);
        return made;
    }

    /** By its owner's word. */
    void keep(String topic, int versions) {
        commit(
                topic,
                new ChangeSettings(
                        before -> {
                            Settings.Builder settings = Settings.newBuilder(before);
                            settings.getRetentionBuilder().setMaxVersions(versions);
                            return settings.build();
                        },
                        Integer.toString(versions),
                        null));
    }

    static RetentionConfig config(int topicPercent, int percent, int from) {
        return new RetentionConfig(
                Duration.ofHours(1),
                3,
                Duration.ZERO,
                DAY,
                Duration.ZERO,
                10_000,
                topicPercent,
                percent,
                from,
                100,
                Duration.ofDays(365));
    }

    private @Nullable Set<Long> running(String topic) {
        asked++;
        if (topic.startsWith("bad")) {
            throw ServiceException.unavailable("nobody knows", Duration.ofSeconds(1), null);
        }
        return nodesAnswer ? running : null;
    }

    Set<Long> exported() {
        if (!regionsAnswer) {
            throw ServiceException.unavailable("a region is away", DAY, null);
        }
        return exported;
    }

    /** Odd ones beside the metadata, even ones in S3. */
    void publish(String topic, int versions) {
        for (int i = 0; i < versions; i++) {
            long id = ++ids;
            bytes.storeAll(id, id % 2 == 1);
            publish(
                    topic,
                    id % 2 == 1
                            ? Part.newBuilder()
                                    .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                                    .build()
                            : Part.newBuilder()
                                    .setS3(S3Pointer.newBuilder().setPayloadId(id))
                                    .build());
        }
    }

    void publish(String topic, Part part) {
        commit(topic, new PublishVersion(List.of(part), Map.of(), List.of(Scopes.GLOBAL), null, false, null, 0, ""));
    }

    void commit(String topic, Command command) {
        commits.commit(topic, command, "tester", null);
    }

    static Set<String> places(long... ids) {
        Set<String> places = new HashSet<>();
        for (long id : ids) {
            places.addAll(TestBytes.places(id, id % 2 == 1));
        }
        return places;
    }

    List<Long> deleted(String topic) {
        return log.versionsBelow(topic, Long.MAX_VALUE, 1_000, Read.SERIAL).stream()
                .filter(VersionRecord::hasDeletion)
                .map(VersionRecord::getVersion)
                .toList();
    }

    List<EventKind> kinds(String topic) {
        return log.eventsBelow(topic, Long.MAX_VALUE, 1_000).stream()
                .map(TopicEvent::getKind)
                .toList();
    }

    VersionRecord row(String topic, long version) {
        return requireNonNull(log.version(topic, version, Read.SERIAL));
    }

    TopicHead head(String topic) {
        return requireNonNull(log.head(topic, Read.SERIAL));
    }
}
