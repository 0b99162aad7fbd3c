package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Digests;
import io.octavo.rules.FallbackKeys;
import io.octavo.rules.Scopes;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.housekeeping.FallbackVerification.Difference;
import io.octavo.server.housekeeping.FallbackVerification.Kind;
import io.octavo.server.housekeeping.FallbackVerification.Page;
import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FallbackVerificationTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final FallbackKeys KEYS = new FallbackKeys("fallback");

    private final TestTime time = new TestTime();
    private final InMemoryTopicLog log = new InMemoryTopicLog(time);
    private final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
    private final InMemoryObjects eu = new InMemoryObjects("eu", time);
    private final InMemoryObjects us = new InMemoryObjects("us", time);
    private final FallbackCache fallback = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 3));
    private final FallbackVerification verification = new FallbackVerification(log, fallback, time);
    private final TopicCommits commits = new TopicCommits(
            log,
            () -> {},
            head -> log.append(head.getTopic(), head.getRevision()),
            time,
            BoundedPatience.within(Duration.ofSeconds(5)),
            new SimpleMeterRegistry());
    private final ExportTask export = new ExportTask(
            log,
            log,
            direct,
            fallback,
            new HousekeepingConfig.Export(Duration.ofSeconds(5), MINUTE, MINUTE, 100_000, MINUTE),
            time,
            System::nanoTime,
            new SimpleMeterRegistry());
    private long payloadIds;

    @Test
    void whatWasExportedIsRight() {
        for (int i = 0; i < 250; i++) {
            publish("t" + i, "payload " + i);
        }
        publish("t-7", "");
        publish("t.7", "seven");
        Runs.of(export);
        time.pass(MINUTE);
        int topics = 0;
        int pages = 0;
        @Nullable String after = "";
        while (after != null) {
            Page page = verification.page(after, 100);
            assertThat(page.differences()).isEmpty();
            topics += page.topics();
            pages++;
            after = page.next();
        }
        assertThat(topics).isEqualTo(252);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void whatIsWrongIsTold() {
        for (String topic : List.of("ahead", "behind", "fine", "missing", "other", "payload", "torn", "unreadable")) {
            publish(topic, "of " + topic);
        }
        Runs.of(export);
        publish("behind", "newer");
        eu.delete(List.of(KEYS.head(head("missing"))));
        TopicHead ahead = head("ahead");
        fallback.regions().get(0).createHead(ahead.toBuilder().setRevision(9).build());
        fallback.regions()
                .get(0)
                .createHead(
                        ahead.toBuilder().setTopic("unknown").clearVersions().build());
        eu.put(
                KEYS.head(head("other")),
                head("other").toBuilder().setNewestVersion(77).build().toByteArray());
        eu.put(KEYS.head(head("unreadable")), new byte[] {1});
        eu.delete(List.of(KEYS.payload(payloadId("payload"))));
        eu.put(KEYS.payload(payloadId("torn")), new byte[] {1});
        time.pass(MINUTE);
        assertThat(all(100))
                .filteredOn(difference -> difference.region().equals("eu"))
                .extracting(Difference::topic, Difference::kind, Difference::version)
                .containsExactly(
                        tuple("ahead", Kind.AHEAD, 0L),
                        tuple("behind", Kind.BEHIND, 0L),
                        tuple("missing", Kind.MISSING, 0L),
                        tuple("other", Kind.DIFFERENT, 0L),
                        tuple("payload", Kind.PAYLOAD_MISSING, 1L),
                        tuple("torn", Kind.PAYLOAD_DIFFERENT, 1L),
                        tuple("unknown", Kind.AHEAD, 0L),
                        tuple("unreadable", Kind.UNREADABLE, 0L));
        assertThat(all(2)).as("in pages of two").isEqualTo(all(100));
        assertThat(all(100))
                .filteredOn(difference -> difference.region().equals("us"))
                .extracting(Difference::topic)
                .containsExactly("behind");
    }

    @Test
    void whatWasCommittedAMomentAgoMayBeOnItsWay() {
        publish("a", "one");
        assertThat(all(10)).isEmpty();
        time.pass(MINUTE);
        assertThat(all(10)).extracting(Difference::kind).containsExactly(Kind.MISSING, Kind.MISSING);
    }

    @Test
    void aRegionThatCannotBeAskedIsToldOnceAndTheOthersAreCompared() {
        for (int i = 0; i < 20; i++) {
            publish("t" + i, "one");
        }
        Runs.of(export);
        eu.delete(List.of(KEYS.head(head("t5"))));
        us.away(true);
        time.pass(MINUTE);
        assertThat(all(100))
                .extracting(Difference::region, Difference::topic, Difference::kind)
                .containsExactly(tuple("us", "", Kind.UNREACHABLE), tuple("eu", "t5", Kind.MISSING));
    }

    private List<Difference> all(int limit) {
        List<Difference> all = new ArrayList<>();
        @Nullable String after = "";
        while (after != null) {
            Page page = verification.page(after, limit);
            all.addAll(page.differences());
            after = page.next();
        }
        return all;
    }

    private long payloadId(String topic) {
        return head(topic).getVersions(0).getParts(0).getDirect().getPayloadId();
    }

    private void publish(String topic, String payload) {
        long id = ++payloadIds;
        ByteString bytes = ByteString.copyFromUtf8(payload);
        direct.store(id, bytes);
        Part part = Part.newBuilder()
                .setSize(bytes.size())
                .setSha256(ByteString.copyFrom(Digests.sha256(bytes.toByteArray())))
                .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                .build();
        commits.commit(
                topic,
                new PublishVersion(List.of(part), Map.of(), List.of(Scopes.GLOBAL), null, false, null, 0, ""),
                "tester",
                null);
    }

    private TopicHead head(String topic) {
        return Objects.requireNonNull(log.head(topic, Read.SERIAL));
    }
}
