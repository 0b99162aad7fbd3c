package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Pointer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadOutcome;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.ExportedHeads;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.housekeeping.Owners.Owner;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.InMemoryTopicLog.Backup;
import io.octavo.server.topic.NoteBytesGone;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RestampTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OwnersTest {
    private static final String TOPIC = "topic";
    private static final Duration MARGIN = Duration.ofHours(24);

    private final TestTime time = new TestTime();
    private final InMemoryTopicLog log = new InMemoryTopicLog(time);
    private final InMemoryObjects eu = new InMemoryObjects("eu", time);
    private final InMemoryObjects us = new InMemoryObjects("us", time);
    private final FallbackCache fallback = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 1));
    private final Owners owners = new Owners(log, fallback, MARGIN, time);

    @Test
    void whatWasNeverCommittedIsNobodysAndCanNotBeCommittedAnyMore() {
        time.pass(MARGIN);
        assertThat(owners.settle(TOPIC, 1)).isEqualTo(Owner.NOBODY);
        assertThat(owners.settle(TOPIC, 1)).isEqualTo(Owner.NOBODY);
        assertThatThrownBy(() -> publish(1)).isInstanceOf(ServiceException.class);
    }

    @Test
    void whatWasCommittedIsItsVersionsUntilItsBytesAreNotedAsGone() {
        publish(1);
        publish(2);
        time.pass(MARGIN);
        assertThat(owners.settle(TOPIC, 1)).isEqualTo(Owner.VERSION);
        commit(new DeleteVersion(1, "unused"));
        assertThat(owners.settle(TOPIC, 1)).isEqualTo(Owner.VERSION);
        commit(new NoteBytesGone(List.of(1L)));
        assertThat(owners.settle(TOPIC, 1)).isEqualTo(Owner.NOBODY);
        assertThat(owners.ofVersion(TOPIC, 1, 1)).isEqualTo(Owner.NOBODY);
        assertThat(owners.ofVersion(TOPIC, 1, 2)).as("of another payload").isEqualTo(Owner.VERSION);
        assertThat(owners.ofVersion(TOPIC, 7, 1)).as("no such version").isEqualTo(Owner.VERSION);
        assertThat(owners.ofVersion(TOPIC, 0, 1)).as("not known").isEqualTo(Owner.VERSION);
    }

    @Test
    void whatAnExportedHeadStillNamesStaysAlsoIfItsBytesAreNotedAsGone() {
        publish(1);
        fallback.regions().get(1).createHead(head());
        publish(2);
        commit(new DeleteVersion(1, "unused"));
        commit(new NoteBytesGone(List.of(1L)));
        time.pass(MARGIN);
        assertThat(owners.settle(TOPIC, 1)).isEqualTo(Owner.VERSION);
        fallback.regions().get(1).createHead(head());
        assertThat(owners.settle(TOPIC, 1)).isEqualTo(Owner.NOBODY);
    }

    @Test
    void whileTheLogIsSetBackNothingOfTheTopicIsDecidedNorForAMarginAfterItsRestore() {
        publish(1);
        Backup backup = log.backup();
        publish(2);
        publish(3);
        fallback.regions().get(0).createHead(head());
        log.setBack(backup);
        time.pass(MARGIN);
        assertThat(owners.settle(TOPIC, 2)).isEqualTo(Owner.UNDECIDED);
        assertThat(owners.settle(TOPIC, 3)).isEqualTo(Owner.UNDECIDED);
        assertThat(log.upload(TOPIC, 2)).isNull();
        assertThat(log.upload(TOPIC, 3))
                .as("nothing stands against what comes back")
                .isNull();

        commit(new RestampTopic(time.millis(), fallback.newest(TOPIC).get(0)));
        assertThat(owners.settle(TOPIC, 3)).as("it has a row again").isEqualTo(Owner.VERSION);
        assertThat(owners.settle(TOPIC, 2)).isEqualTo(Owner.UNDECIDED);
        time.pass(MARGIN.minusMillis(1));
        assertThat(owners.settle(TOPIC, 2)).isEqualTo(Owner.UNDECIDED);
        time.pass(Duration.ofMillis(1));
        assertThat(owners.settle(TOPIC, 2)).as("lost for good").isEqualTo(Owner.NOBODY);
        assertThat(owners.settle(TOPIC, 3)).isEqualTo(Owner.VERSION);
    }

    @Test
    void theMarginAfterARestoreCountsAtTheTimeAtWhichTheRegionsAreAsked() {
        publish(1);
        Backup backup = log.backup();
        publish(2);
        TopicHead late = head();
        log.setBack(backup);
        commit(new RestampTopic(time.millis(), null));
        Owners slow = new Owners(
                log,
                Interposed.of(ExportedHeads.class, fallback, at -> {
                    if (at.startsWith("after")) {
                        fallback.regions().get(0).createHead(late);
                        time.pass(MARGIN);
                    }
                }),
                MARGIN,
                time);
        assertThat(slow.settle(TOPIC, 2)).isEqualTo(Owner.UNDECIDED);
        assertThat(log.upload(TOPIC, 2)).isNull();
        assertThat(owners.settle(TOPIC, 2)).as("an exported head names it").isEqualTo(Owner.UNDECIDED);
    }

    @Test
    void aLogThatIsSetBackJustBeforeAnUploadIsGivenUpDecidesNothing() {
        Backup backup = log.backup();
        time.pass(MARGIN);
        TopicLog setBack = Interposed.of(TopicLog.class, log, at -> {
            if (at.equals("before abortUpload")) {
                publish(1);
                log.setBack(backup);
                log.beginEpoch(time.millis());
            }
        });
        assertThat(new Owners(setBack, fallback, MARGIN, time).settle(TOPIC, 1)).isEqualTo(Owner.UNDECIDED);
    }

    @Test
    void aTopicThatOnlyAFallbackCacheKnowsIsNotDecided() {
        publish(1);
        TopicHead lost = head();
        fallback.regions().get(0).createHead(lost);
        log.setBack(new InMemoryTopicLog(time).backup());
        time.pass(MARGIN);
        assertThat(owners.settle(TOPIC, 1)).isEqualTo(Owner.UNDECIDED);
        assertThat(owners.settle(TOPIC, 2)).isEqualTo(Owner.UNDECIDED);
    }

    @Test
    void whileARegionIsAwayNobodyKnows() {
        time.pass(MARGIN);
        us.away(true);
        assertThatThrownBy(() -> owners.settle(TOPIC, 1)).isInstanceOf(ServiceException.class);
        assertThat(log.upload(TOPIC, 1)).isNull();
        us.away(false);
        owners.settle(TOPIC, 1);
        assertThat(requireNonNull(log.upload(TOPIC, 1)).getOutcome()).isEqualTo(UploadOutcome.ABORTED);
    }

    private TopicHead head() {
        return requireNonNull(log.head(TOPIC, Read.SERIAL));
    }

    private void publish(long id) {
        Part part = Part.newBuilder()
                .setSize(1)
                .setS3(S3Pointer.newBuilder().setPayloadId(id))
                .build();
        commit(new PublishVersion(List.of(part), Map.of(), List.of(Scopes.GLOBAL), null, false, null, id, ""));
    }

    private void commit(Command command) {
        new TopicCommits(log, () -> {}, head -> {}, time, Impatience::new, new SimpleMeterRegistry())
                .commit(TOPIC, command, "tester", null);
    }
}
