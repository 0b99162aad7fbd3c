package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.rules.FallbackKeys;
import io.octavo.rules.Heads;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.SmallObjects.Listed;
import io.octavo.server.payload.TestPayloads;
import io.octavo.server.payload.UploadLedger.Upload;
import io.octavo.server.retention.Evidence;
import io.octavo.server.retention.ExportedVersions;
import io.octavo.server.retention.RetentionPolicy;
import io.octavo.server.retention.SlowRetention;
import io.octavo.server.retention.Why.Reason;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.TopicRows;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Holds what an installation keeps against what its log says: lists the stores itself, and reads the log's rows. Whoever
 * made it so is not asked.
 */
public final class Stocktaking {
    private static final FallbackKeys KEYS = new FallbackKeys("fallback");
    private static final int ALL = 1_000_000;
    private static final int LOOKS = 20;
    /** Events that a failure tells of. */
    private static final int SAID = 40;

    private final Stores stores;
    private final String description;
    private final Map<String, TopicHead> fronts = new HashMap<>();

    /** @param description what a failure's message begins with */
    public Stocktaking(Stores stores, String description) {
        this.stores = stores;
        this.description = description;
    }

    /**
     * At any moment, whatever is under way: what consumers can be given has its bytes, by the log and by the fallback
     * cache of each region, which never becomes older; and so has every version that wasn't given up.
     */
    public void assertWhatCanBeGivenIsThere(String topic) {
        assertServed(topic);
        for (SmallObjects bucket : stores.buckets()) {
            assertExported(bucket, topic);
        }
    }

    private void assertServed(String topic) {
        String lacking = "";
        for (int look = 0; look < LOOKS; look++) {
            TopicHead head = head(topic);
            lacking = head == null ? "" : lackingInLog(head);
            TopicHead now = head(topic);
            if (lacking.isEmpty()) {
                return;
            }
            if (head != null && now != null && head.getRevision() == now.getRevision()) {
                break;
            }
        }
        fail("%s: of %s is not there: %s\n%s", description, topic, lacking, trail(topic));
    }

    private String lackingInLog(TopicHead head) {
        Set<Long> given = given(head);
        for (VersionRecord row : rows(head.getTopic())) {
            boolean isGiven = given.remove(row.getVersion());
            if (row.hasDeletion() && isGiven) {
                return "version " + row.getVersion() + ": given up";
            }
            String lacking = row.hasDeletion() ? "" : lacking(row);
            if (!lacking.isEmpty()) {
                return lacking;
            }
        }
        return given.isEmpty() ? "" : "versions " + given + ": no record";
    }

    /** Which of a version's bytes are not there; empty = none. */
    private String lacking(VersionRecord row) {
        for (Part part : row.getPartsList()) {
            if (part.hasDirect() && !stores.direct().has(part.getDirect().getPayloadId())) {
                return "version " + row.getVersion() + ": no direct payload";
            }
            for (SmallObjects bucket : part.hasS3() ? stores.buckets() : List.<SmallObjects>of()) {
                if (!has(bucket, TestPayloads.key(part.getS3().getPayloadId()))) {
                    return "version " + row.getVersion() + ": no object in " + bucket.region();
                }
            }
        }
        return "";
    }

    private void assertExported(SmallObjects bucket, String topic) {
        for (int look = 0; look < LOOKS; look++) {
            TopicHead front = front(bucket, topic);
            String lacking = front == null ? "" : lackingInBucket(bucket, front);
            TopicHead now = front(bucket, topic);
            if (lacking.isEmpty()) {
                assertNotOlder(bucket, topic, now);
                return;
            }
            if (front != null && now != null && front.getRevision() == now.getRevision()) {
                fail(
                        "%s: %s has %s in front at revision %d, but of it %s\n%s",
                        description, bucket.region(), topic, front.getRevision(), lacking, trail(topic));
            }
        }
    }

    private void assertNotOlder(SmallObjects bucket, String topic, @Nullable TopicHead front) {
        TopicHead before = fronts.get(bucket.region() + "/" + topic);
        if (before != null) {
            assertThat(front != null && !Heads.isNewer(before, front))
                    .as("%s: what %s has of %s became older", description, bucket.region(), topic)
                    .isTrue();
        }
        if (front != null) {
            fronts.put(bucket.region() + "/" + topic, front);
        }
    }

    private String lackingInBucket(SmallObjects bucket, TopicHead front) {
        for (long version : given(front)) {
            VersionRecord record = requireNonNull(Heads.record(front, version));
            for (Part part : record.getPartsList()) {
                if (!isExported(bucket, part)) {
                    return "version " + version + ": no bytes";
                }
            }
        }
        return "";
    }

    private static boolean isExported(SmallObjects bucket, Part part) {
        if (part.hasS3()) {
            return has(bucket, TestPayloads.key(part.getS3().getPayloadId()));
        }
        return part.getSize() == 0
                || isWhole(part, bucket.read(KEYS.payload(part.getDirect().getPayloadId())));
    }

    /** Somebody wanted it away, at once and everywhere. */
    private boolean isDeletedByHand(String topic, long version) {
        VersionRecord row = stores.log().version(topic, version, Read.SERIAL);
        return row == null || (row.hasDeletion() && !row.getDeletion().getCollected());
    }

    /**
     * When nothing is under way any more, and housekeeping has had time: what is there is what the log says, no more
     * and no less, and nothing stays in it without a reason.
     */
    public void assertNothingIsLeftOver(Collection<String> topics, RetentionPolicy policy, Instant now) {
        Set<String> direct = new TreeSet<>();
        Set<String> large = new TreeSet<>();
        for (String topic : topics) {
            if (head(topic) == null) {
                continue;
            }
            for (VersionRecord row : rows(topic)) {
                assertRow(topic, row);
                for (Part part : row.hasDeletion() ? List.<Part>of() : row.getPartsList()) {
                    if (part.hasDirect()) {
                        direct.add(name(part.getDirect().getPayloadId()));
                    } else {
                        large.add(TestPayloads.key(part.getS3().getPayloadId()));
                    }
                }
            }
            assertNothingStaysWithoutReason(topic, policy, now);
            TopicRows.assertHeadIsTheFoldOfWhatIsKept(stores.log(), topic, description + ": " + topic);
        }
        Set<String> directThere = new TreeSet<>();
        stores.directIds().get().forEach(id -> directThere.add(name(id)));
        assertThat(directThere)
                .as("%s: direct payloads there are, and those of versions", description)
                .isEqualTo(direct);
        for (SmallObjects bucket : stores.buckets()) {
            assertThat(keys(bucket, TestPayloads.PREFIX))
                    .as("%s: objects in %s, and those of versions", description, bucket.region())
                    .isEqualTo(large);
            assertFallback(bucket, topics, direct);
        }
        assertThat(uploads()).as("%s: uploads on the list", description).isEmpty();
        assertThat(stores.unfinished().get())
                .as("%s: unfinished uploads", description)
                .isEmpty();
    }

    private void assertRow(String topic, VersionRecord row) {
        String what = description + ": " + topic + " version " + row.getVersion();
        if (row.hasDeletion()) {
            assertThat(row.getBytesGoneMs())
                    .as("%s: noted that its bytes are gone", what)
                    .isPositive();
        } else {
            assertThat(lacking(row)).as(what).isEmpty();
            row.getPartsList().forEach(part -> assertWhole(what, part));
        }
    }

    private void assertWhole(String what, Part part) {
        if (part.hasDirect()) {
            byte[] bytes = stores.direct().read(part.getDirect().getPayloadId()).toByteArray();
            assertThat(isWhole(part, bytes)).as(what).isTrue();
            return;
        }
        for (SmallObjects bucket : stores.buckets()) {
            byte[] bytes = bucket.read(TestPayloads.key(part.getS3().getPayloadId()));
            assertThat(isWhole(part, bytes))
                    .as("%s in %s", what, bucket.region())
                    .isTrue();
        }
    }

    private void assertNothingStaysWithoutReason(String topic, RetentionPolicy policy, Instant now) {
        List<TopicHead> exported = new ArrayList<>();
        for (SmallObjects bucket : stores.buckets()) {
            exported.add(exportedHead(bucket, topic));
        }
        Evidence evidence = new Evidence(Set.of(), ExportedVersions.namedBy(exported));
        List<TopicHead> heads = TopicRows.heads(stores.log(), topic);
        Map<Long, Set<Reason>> reasons = new SlowRetention(
                        rows(topic),
                        heads,
                        policy.with(requireNonNull(head(topic)).getSettings().getRetention()),
                        evidence,
                        now)
                .reasons();
        reasons.forEach((version, why) -> assertThat(why)
                .as("%s: why %s version %d stays\n%s", description, topic, version, trail(topic))
                .isNotEmpty());
    }

    /** A client that can ask nobody but this bucket is given what the service gives. */
    private void assertFallback(SmallObjects bucket, Collection<String> topics, Set<String> live) {
        Set<String> needed = new TreeSet<>();
        for (String topic : topics) {
            TopicHead head = head(topic);
            if (head == null) {
                continue;
            }
            String what = description + ": " + topic + " in " + bucket.region();
            TopicHead front = exportedHead(bucket, topic);
            assertThat(bucket.list(KEYS.heads(topic), "", 2))
                    .as("%s: heads", what)
                    .hasSize(1);
            assertThat(RandomCommands.resolved(front))
                    .as("%s: what each consumer is given", what)
                    .isEqualTo(RandomCommands.resolved(head));
            assertThat(lackingInBucket(bucket, front)).as(what).isEmpty();
            HeadContent.payloads(front).forEach(id -> needed.add(name(id)));
        }
        Set<String> there = new TreeSet<>();
        for (String key : keys(bucket, KEYS.payloads())) {
            there.add(name(requireNonNull(KEYS.payloadId(key), key)));
        }
        assertThat(there)
                .as("%s: payloads exported to %s, those that are needed", description, bucket.region())
                .containsAll(needed);
        assertThat(live)
                .as("%s: payloads of versions, those exported to %s", description, bucket.region())
                .containsAll(there);
    }

    /** What happened to a topic, newest first. */
    public String trail(String topic) {
        StringBuilder text = new StringBuilder();
        for (TopicEvent event : stores.log().eventsBelow(topic, Long.MAX_VALUE, SAID)) {
            text.append(event.getRevision())
                    .append(' ')
                    .append(Instant.ofEpochMilli(event.getAtMs()))
                    .append(' ')
                    .append(event.getKind())
                    .append(' ')
                    .append(event.getVersion() == 0 ? "" : "version " + event.getVersion())
                    .append('\n');
        }
        return text.toString();
    }

    /**
     * Whether a version must be there: somebody can be given it, or could be so short a time before.
     *
     * @param at when it was looked for, or before
     */
    public boolean isOwed(String topic, long version, Duration grace, Instant at) {
        if (isDeletedByHand(topic, version)) {
            return false;
        }
        List<TopicHead> heads = TopicRows.heads(stores.log(), topic);
        for (int i = 0; i < heads.size(); i++) {
            boolean isLast = i == heads.size() - 1;
            if (names(heads.get(i), version)
                    && (isLast
                            || Instant.ofEpochMilli(heads.get(i + 1).getLastEventMs())
                                    .plus(grace)
                                    .isAfter(at))) {
                return true;
            }
        }
        return stores.buckets().stream()
                .map(bucket -> front(bucket, topic))
                .anyMatch(front -> front != null && names(front, version));
    }

    private static boolean names(TopicHead head, long version) {
        return !head.hasDeletion() && ExportedVersions.namedBy(List.of(head)).contains(version);
    }

    private List<Upload> uploads() {
        List<Upload> uploads = new ArrayList<>();
        for (LocalDate day : stores.ledger().days()) {
            stores.ledger().visit(day, upload -> uploads.add(upload));
        }
        return uploads;
    }

    private TopicHead exportedHead(SmallObjects bucket, String topic) {
        TopicHead front = front(bucket, topic);
        assertThat(front)
                .as("%s: the head of %s that was exported to %s", description, topic, bucket.region())
                .isNotNull();
        return requireNonNull(front);
    }

    private List<VersionRecord> rows(String topic) {
        return stores.log().versionsBelow(topic, Long.MAX_VALUE, ALL, Read.SERIAL);
    }

    private @Nullable TopicHead head(String topic) {
        return stores.log().head(topic, Read.SERIAL);
    }

    /** The newest head of a topic that a region has, as any client finds it; null if there is none. */
    public static @Nullable TopicHead front(SmallObjects bucket, String topic) {
        for (int look = 0; look < LOOKS; look++) {
            List<Listed> first = bucket.list(KEYS.heads(topic), "", 1);
            if (first.isEmpty()) {
                return null;
            }
            byte[] bytes = bucket.read(first.get(0).key());
            if (bytes != null) {
                return parsed(bytes);
            }
        }
        return fail("the newest head of " + topic + " is listed, and not there");
    }

    /** The bytes of a version, as a client finds them that has nothing but a bucket; null if they aren't there. */
    public static byte @Nullable [] exported(SmallObjects bucket, Part part) {
        if (part.hasS3()) {
            return bucket.read(TestPayloads.key(part.getS3().getPayloadId()));
        }
        return part.getSize() == 0
                ? new byte[0]
                : bucket.read(KEYS.payload(part.getDirect().getPayloadId()));
    }

    public static boolean isWhole(Part part, byte @Nullable [] bytes) {
        return bytes != null
                && bytes.length == part.getSize()
                && part.getSha256().equals(ByteString.copyFrom(Digests.sha256(bytes)));
    }

    /** The versions that consumers of any kind are given. */
    static Set<Long> given(TopicHead head) {
        Set<Long> given = new TreeSet<>(RandomCommands.resolved(head).values());
        given.remove(0L);
        return given;
    }

    private static boolean has(SmallObjects bucket, String key) {
        return bucket.list(key, "", 1).stream().anyMatch(listed -> listed.key().equals(key));
    }

    private static Set<String> keys(SmallObjects bucket, String prefix) {
        Set<String> keys = new TreeSet<>();
        String after = "";
        while (true) {
            List<Listed> page = bucket.list(prefix, after, SmallObjects.MOST_KEYS);
            page.forEach(listed -> keys.add(listed.key()));
            if (page.size() < SmallObjects.MOST_KEYS) {
                return keys;
            }
            after = page.get(page.size() - 1).key();
        }
    }

    private static String name(long payloadId) {
        return Long.toHexString(payloadId);
    }

    private static TopicHead parsed(byte[] bytes) {
        try {
            return TopicHead.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return fail("an exported head is none", e);
        }
    }
}
