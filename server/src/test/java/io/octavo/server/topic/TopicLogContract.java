package io.octavo.server.topic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadOutcome;
import io.octavo.protocol.UploadRecord;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.topic.TopicLog.Read;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every topic log does. Topics are new in each test, so that one store serves all of them. */
public abstract class TopicLogContract {
    private final String topic = "contract-" + UUID.randomUUID();

    /** The log under test. */
    protected abstract TopicLog log();

    @Test
    void aNameThatWasNeverUsedHasNothing() {
        assertThat(log().head(topic, Read.LOCAL)).isNull();
        assertThat(log().head(topic, Read.SERIAL)).isNull();
        assertThat(log().version(topic, 1, Read.LOCAL)).isNull();
        assertThat(log().versionsBelow(topic, Long.MAX_VALUE, 10, Read.SERIAL)).isEmpty();
        assertThat(log().eventsBelow(topic, Long.MAX_VALUE, 10)).isEmpty();
        assertThat(log().request(topic, "key")).isNull();
    }

    @Test
    void theFirstCommitMakesTheTopicWithAllItsRows() {
        Commit commit = commit(0, "a", 7);
        assertThat(log().tryCommit(commit)).isEqualTo(new CommitOutcome.Applied());

        assertThat(log().head(topic, Read.LOCAL)).isEqualTo(commit.head());
        assertThat(log().head(topic, Read.SERIAL)).isEqualTo(commit.head());
        assertThat(log().version(topic, 1, Read.SERIAL))
                .isEqualTo(commit.versions().get(0));
        assertThat(log().eventsBelow(topic, Long.MAX_VALUE, 10)).containsExactly(commit.event());
        assertThat(log().request(topic, "a")).isEqualTo(commit.request());
    }

    @Test
    void aCommitOnAnotherRevisionIsNotAppliedAndTellsWhatStands() {
        Commit first = commit(0, "a", 0);
        log().tryCommit(first);

        assertThat(log().tryCommit(commit(0, "b", 0)))
                .isEqualTo(new CommitOutcome.NotApplied(first.head(), null, false));
        assertThat(log().tryCommit(commit(5, "c", 0)))
                .isEqualTo(new CommitOutcome.NotApplied(first.head(), null, false));
        assertThat(log().head(topic, Read.SERIAL)).isEqualTo(first.head());
        assertThat(log().request(topic, "b")).isNull();
        assertThat(log().versionsBelow(topic, Long.MAX_VALUE, 10, Read.SERIAL)).hasSize(1);
    }

    @Test
    void aCommitOnATopicThatIsNotThereIsNotApplied() {
        assertThat(log().tryCommit(commit(3, "a", 0))).isEqualTo(new CommitOutcome.NotApplied(null, null, false));
        assertThat(log().head(topic, Read.SERIAL)).isNull();
    }

    @Test
    void theSameCommitAgainTellsThatItWasApplied() {
        Commit commit = commit(0, "a", 9);
        log().tryCommit(commit);

        assertThat(log().tryCommit(commit))
                .isEqualTo(new CommitOutcome.NotApplied(commit.head(), commit.request(), false));
        assertThat(log().head(topic, Read.SERIAL)).isEqualTo(commit.head());
    }

    @Test
    void aKeyThatWasUsedIsNotUsedAgainOnANewerRevision() {
        Commit first = commit(0, "a", 0);
        log().tryCommit(first);
        log().tryCommit(commit(1, "b", 0));

        CommitOutcome again = log().tryCommit(commit(2, "a", 0));

        assertThat(again)
                .isEqualTo(new CommitOutcome.NotApplied(log().head(topic, Read.SERIAL), first.request(), false));
        assertThat(log().versionsBelow(topic, Long.MAX_VALUE, 10, Read.SERIAL)).hasSize(2);
    }

    @Test
    void anAbortedUploadCanNotBeCommitted() {
        assertThat(log().abortUpload(topic, 42, 1_000)).isTrue();
        assertThat(log().abortUpload(topic, 42, 1_001)).isTrue();
        assertThat(log().upload(topic, 42))
                .isEqualTo(UploadRecord.newBuilder()
                        .setOutcome(UploadOutcome.ABORTED)
                        .setAtMs(1_000)
                        .build());
        assertThat(log().upload(topic, 43)).isNull();

        assertThat(log().tryCommit(commit(0, "a", 42))).isEqualTo(new CommitOutcome.NotApplied(null, null, true));
        assertThat(log().head(topic, Read.SERIAL)).isNull();
        assertThat(log().tryCommit(commit(0, "a", 43))).isEqualTo(new CommitOutcome.Applied());
    }

    @Test
    void aCommittedUploadCanNotBeAborted() {
        log().tryCommit(commit(0, "a", 42));

        assertThat(log().abortUpload(topic, 42, 1_000)).isFalse();
        UploadRecord upload = requireNonNull(log().upload(topic, 42));
        assertThat(upload.getOutcome()).isEqualTo(UploadOutcome.COMMITTED);
        assertThat(upload.getVersion()).isEqualTo(1);
    }

    @Test
    void rowsAreReadNewestFirstInPages() {
        for (int i = 0; i < 7; i++) {
            log().tryCommit(commit(i, "key-" + i, 0));
        }

        assertThat(versions(Long.MAX_VALUE, 3)).containsExactly(7L, 6L, 5L);
        assertThat(versions(5, 3)).containsExactly(4L, 3L, 2L);
        assertThat(versions(2, 3)).containsExactly(1L);
        assertThat(log().eventsBelow(topic, 4, 2))
                .extracting(TopicEvent::getRevision)
                .containsExactly(3L, 2L);
    }

    @Test
    void allHeadsAndAllRevisionsAreFound() {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String name = topic + "." + i;
            topics.add(name);
            log().tryCommit(commit(name, 0, "a", 0));
        }
        log().abortUpload(topic + ".never-committed", 1, 1_000);

        Map<String, TopicHead> heads = new HashMap<>();
        log().forEachHead(head -> heads.put(head.getTopic(), head));
        List<String> named = new ArrayList<>();
        for (int slice = 0; slice < 3; slice++) {
            log().forEachRevision(slice, 3, (name, epoch, revision) -> {
                if (name.startsWith(topic)) {
                    assertThat(revision).isEqualTo(1);
                    assertThat(epoch).isEqualTo(log().epoch());
                    named.add(name);
                }
            });
        }

        assertThat(heads).containsKeys(topics.toArray(String[]::new)).doesNotContainKey(topic + ".never-committed");
        assertThat(named).containsExactlyInAnyOrderElementsOf(topics);
    }

    private List<Long> versions(long below, int limit) {
        return log().versionsBelow(topic, below, limit, Read.LOCAL).stream()
                .map(VersionRecord::getVersion)
                .toList();
    }

    private Commit commit(long expected, String key, long uploadId) {
        return commit(topic, expected, key, uploadId);
    }

    private Commit commit(String name, long expected, String key, long uploadId) {
        long number = expected + 1;
        return new Commit(
                expected,
                TopicHead.newBuilder()
                        .setTopic(name)
                        .setEpoch(log().epoch())
                        .setRevision(number)
                        .setNewestVersion(number)
                        .build(),
                List.of(VersionRecord.newBuilder().setVersion(number).setBy(key).build()),
                TopicEvent.newBuilder()
                        .setRevision(number)
                        .setKind(EventKind.STAGED)
                        .build(),
                RequestRecord.newBuilder()
                        .setKey(key)
                        .setRevision(number)
                        .setAtMs(System.currentTimeMillis())
                        .build(),
                uploadId);
    }
}
