package io.octavo.server.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.TopicLog.Read;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/**
 * What a topic's head must be, computed from its rows alone and in another way than the product does: every publication
 * of every version is looked at, and the events are applied from the first to the last.
 */
public final class TopicRows {
    private final List<VersionRecord> versions;
    private final List<TopicEvent> events;
    private final TopicHead head;

    private TopicRows(TopicLog log, String topic) {
        head = Objects.requireNonNull(log.head(topic, Read.SERIAL));
        versions = log.versionsBelow(topic, Long.MAX_VALUE, 1_000_000, Read.SERIAL);
        events = log.eventsBelow(topic, Long.MAX_VALUE, 1_000_000);
    }

    /** Asserts that the stored head is what its rows say, and that no number is missing or double. */
    public static void assertHeadIsTheFoldOfItsRows(TopicLog log, String topic, String description) {
        TopicRows rows = new TopicRows(log, topic);
        rows.assertNumbers(description);
        rows.assertPublications(description);
        rows.assertRecords(description);
        rows.assertEvents(description);
    }

    /** The same of a topic whose history was trimmed: of what is left of it. */
    public static void assertHeadIsTheFoldOfWhatIsKept(TopicLog log, String topic, String description) {
        TopicRows rows = new TopicRows(log, topic);
        rows.assertPublications(description);
        rows.assertRecords(description);
        assertThat(rows.events)
                .as(description)
                .extracting(TopicEvent::getRevision)
                .containsExactlyElementsOf(countdown(
                        rows.head.getRevision(),
                        Math.max(1, rows.head.getHorizon().getRevision())));
    }

    /** All heads of a topic that its events tell of, oldest first; those of the past without records. */
    public static List<TopicHead> heads(TopicLog log, String topic) {
        TopicRows rows = new TopicRows(log, topic);
        List<TopicHead> heads = new ArrayList<>(List.of(rows.head));
        for (TopicEvent event : rows.events) {
            heads.add(HeadDeltas.undo(heads.get(heads.size() - 1), event.getDelta()));
        }
        Collections.reverse(heads);
        return heads;
    }

    private void assertNumbers(String description) {
        assertThat(versions)
                .as(description)
                .extracting(VersionRecord::getVersion)
                .containsExactlyElementsOf(countdown(head.getNewestVersion()));
        assertThat(events)
                .as(description)
                .extracting(TopicEvent::getRevision)
                .containsExactlyElementsOf(countdown(head.getRevision()));
        assertThat(events)
                .as(description)
                .extracting(TopicEvent::getAtMs)
                .isSortedAccordingTo(Comparator.reverseOrder());
    }

    private void assertPublications(String description) {
        if (head.hasDeletion()) {
            return;
        }
        List<Publication> servable = new ArrayList<>();
        TreeSet<Long> takenBack = new TreeSet<>();
        for (VersionRecord row : versions) {
            boolean counts = row.getVersion() > head.getBaseVersion();
            boolean isDeletedByHand = row.hasDeletion() && !row.getDeletion().getCollected();
            if (counts && (row.hasQuarantine() || isDeletedByHand)) {
                takenBack.add(row.getVersion());
            }
            for (Publication publication : row.getPublicationsList()) {
                if (counts && publication.hasWithdrawal()) {
                    takenBack.add(row.getVersion());
                } else if (counts && !row.hasQuarantine() && !row.hasDeletion()) {
                    servable.add(publication);
                }
            }
        }
        List<Publication> standing = servable.stream()
                .filter(one -> servable.stream()
                        .noneMatch(other -> other.getVersion() > one.getVersion()
                                && !other.hasShare()
                                && Scopes.covers(other.getScope(), one.getScope())))
                .toList();
        assertThat(head.getPublicationsList()).as(description).containsExactlyInAnyOrderElementsOf(standing);
        long lowest = standing.stream().mapToLong(Publication::getVersion).min().orElse(Long.MAX_VALUE);
        assertThat(head.getWithdrawnList()).as(description).containsExactlyElementsOf(takenBack.tailSet(lowest, false));
    }

    private void assertRecords(String description) {
        TreeSet<Long> named = new TreeSet<>();
        head.getPublicationsList().forEach(publication -> named.add(publication.getVersion()));
        head.getPinsList().forEach(pin -> named.add(pin.getVersion()));
        assertThat(head.getVersionsList())
                .as(description)
                .extracting(VersionRecord::getVersion)
                .containsExactlyElementsOf(named);
        for (VersionRecord row : versions) {
            VersionRecord record = Heads.record(head, row.getVersion());
            if (record != null) {
                assertThat(record)
                        .as(description)
                        .isEqualTo(row.toBuilder().clearPublications().build());
            }
        }
    }

    private void assertEvents(String description) {
        TopicHead folded = TopicHead.newBuilder()
                .setFormat(head.getFormat())
                .setTopic(head.getTopic())
                .build();
        List<TopicHead> history = new ArrayList<>();
        for (int i = events.size() - 1; i >= 0; i--) {
            history.add(folded);
            folded = HeadDeltas.redo(
                    folded, events.get(i).getDelta(), events.get(i).getAtMs());
        }
        assertThat(folded)
                .as(description)
                .isEqualTo(head.toBuilder().clearVersions().build());
        TopicHead undone = head;
        for (int i = 0; i < events.size() - 1; i++) {
            undone = HeadDeltas.undo(undone, events.get(i).getDelta());
            assertThat(undone).as(description).isEqualTo(history.get(history.size() - 1 - i));
        }
    }

    private static List<Long> countdown(long from) {
        return countdown(from, 1);
    }

    private static List<Long> countdown(long from, long to) {
        List<Long> numbers = new ArrayList<>();
        for (long number = from; number >= to; number--) {
            numbers.add(number);
        }
        return numbers;
    }
}
