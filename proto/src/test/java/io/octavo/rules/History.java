package io.octavo.rules;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Deletion;
import io.octavo.protocol.Part;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Settings;
import io.octavo.protocol.Share;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The naive model of a topic: everything that ever happened to it, kept in full. Makes the head as the service does, and
 * resolves over the full story in its own words, without the rules under test.
 */
final class History {
    private static final int EVERYBODY = 10_000;
    private static final int MOST_PARTIAL = 4;

    /** A publication; salt and bound are "" and 10000 if it is for everybody. */
    private record Published(long version, Scope scope, String salt, int bound, boolean withdrawn) {
        boolean isFull() {
            return bound == EVERYBODY;
        }
    }

    private final boolean pinsMayBeQuarantined;
    private final Function<RandomGenerator, Scope> scopes;
    private final List<Published> publications = new ArrayList<>();
    private final Map<Scope, Long> pins = new TreeMap<>(Scopes.ORDER);
    private final Set<Long> quarantined = new HashSet<>();
    /** The epoch in which each number was given. */
    private final Map<Long, Long> given = new HashMap<>();

    private long epoch = 1;
    private long revision;
    private long newest;
    private long base;
    private boolean deleted;

    /**
     * @param pinsMayBeQuarantined the service refuses it; resolution knows what to do all the same
     * @param scopes               draws the scope of a publication or a pin
     */
    History(boolean pinsMayBeQuarantined, Function<RandomGenerator, Scope> scopes) {
        this.pinsMayBeQuarantined = pinsMayBeQuarantined;
        this.scopes = scopes;
    }

    private History(History other) {
        this(other.pinsMayBeQuarantined, other.scopes);
        publications.addAll(other.publications);
        pins.putAll(other.pins);
        quarantined.addAll(other.quarantined);
        given.putAll(other.given);
        epoch = other.epoch;
        revision = other.revision;
        newest = other.newest;
        base = other.base;
        deleted = other.deleted;
    }

    History copy() {
        return new History(this);
    }

    /** This history as a restored backup: a new epoch; numbers given since are not given again. */
    History restoredAfter(History lost) {
        History restored = copy();
        restored.epoch = lost.epoch + 1;
        restored.newest = lost.newest;
        lost.given.forEach(restored.given::putIfAbsent);
        return restored;
    }

    /** This history as a backup that doesn't know of the last numbers, nor does anybody else: they are given again. */
    History restoredWithoutThoseAbove(History lost, long known) {
        History restored = restoredAfter(lost);
        restored.newest = Math.max(newest, known);
        restored.given.keySet().removeIf(version -> version > restored.newest);
        return restored;
    }

    /** One more event of any kind; what can't be done just now only counts the revision. */
    void change(RandomGenerator random) {
        revision++;
        if (deleted && random.nextBoolean()) {
            restoreOrBeginAgain(random);
            return;
        }
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> publish(give(), random);
            case 3, 4 -> give();
            case 5 -> publish(any(random), random);
            case 6, 7 -> pin(any(random), random);
            case 8, 9 -> pin(newest == base ? 0 : newest, random);
            case 10, 11, 12, 13 -> unpin(random);
            case 14 -> quarantine(any(random));
            case 15 -> quarantined.remove(any(random));
            case 16, 17 -> withdraw(random);
            case 18 -> growShare(random);
            default -> {
                if (random.nextInt(4) == 0) {
                    deleted = true;
                }
            }
        }
    }

    private long give() {
        newest++;
        given.put(newest, epoch);
        return newest;
    }

    /** What a version consists of is told by its number and when that was given. */
    VersionRecord record(long version) {
        VersionRecord record = quarantined.contains(version) ? Fleet.quarantined(version) : Fleet.record(version);
        String bytes = version + " of epoch " + given.getOrDefault(version, 0L);
        return record.toBuilder()
                .addParts(Part.newBuilder().setSha256(ByteString.copyFromUtf8(bytes)))
                .build();
    }

    private long any(RandomGenerator random) {
        return newest == base ? 0 : base + 1 + random.nextInt((int) (newest - base));
    }

    private void publish(long version, RandomGenerator random) {
        if (version == 0) {
            return;
        }
        Scope scope = scopes.apply(random);
        boolean full = random.nextInt(3) > 0;
        boolean already = publications.stream().anyMatch(p -> p.version == version && p.scope.equals(scope));
        long partial = publications.stream()
                .filter(p -> !p.isFull() && p.scope.equals(scope))
                .count();
        if (!already && (full || partial < MOST_PARTIAL)) {
            publications.add(
                    full
                            ? new Published(version, scope, "", EVERYBODY, false)
                            : new Published(version, scope, "s" + random.nextInt(100), bound(1, random), false));
        }
    }

    private static int bound(int least, RandomGenerator random) {
        return least + random.nextInt(EVERYBODY - least);
    }

    private void pin(long version, RandomGenerator random) {
        if (version != 0 && (pinsMayBeQuarantined || !quarantined.contains(version))) {
            pins.put(scopes.apply(random), version);
        }
    }

    private void unpin(RandomGenerator random) {
        if (!pins.isEmpty()) {
            pins.remove(Fleet.one(List.copyOf(pins.keySet()), random));
        }
    }

    private void quarantine(long version) {
        if (version != 0 && (pinsMayBeQuarantined || !pins.containsValue(version))) {
            quarantined.add(version);
        }
    }

    private void withdraw(RandomGenerator random) {
        if (!publications.isEmpty()) {
            int index = publications.size() - 1 - random.nextInt(Math.min(3, publications.size()));
            Published p = publications.get(index);
            publications.set(index, new Published(p.version, p.scope, p.salt, p.bound, true));
        }
    }

    private void growShare(RandomGenerator random) {
        for (int i = 0; i < publications.size(); i++) {
            Published p = publications.get(i);
            if (!p.isFull() && !p.withdrawn) {
                boolean full = random.nextInt(4) == 0;
                publications.set(
                        i,
                        full
                                ? new Published(p.version, p.scope, "", EVERYBODY, false)
                                : new Published(p.version, p.scope, p.salt, bound(p.bound, random), false));
                return;
            }
        }
    }

    /** Undoes that the topic was deleted, or begins a new life of its name. */
    private void restoreOrBeginAgain(RandomGenerator random) {
        if (random.nextBoolean()) {
            base = newest;
            publications.clear();
            pins.clear();
        }
        deleted = false;
    }

    TopicHead head() {
        TopicHead.Builder head = TopicHead.newBuilder()
                .setFormat(Heads.FORMAT)
                .setTopic("prices")
                .setEpoch(epoch)
                .setRevision(revision)
                .setNewestVersion(newest)
                .setBaseVersion(base)
                .setSettings(Settings.newBuilder().setOwner("pricing"));
        TreeSet<Long> named = new TreeSet<>(pins.values());
        List<Published> servable = servable().toList();
        servable.stream()
                .filter(p -> isListed(p, servable))
                .sorted(Comparator.comparing(Published::version)
                        .reversed()
                        .thenComparing(Published::scope, Scopes.ORDER))
                .forEach(p -> {
                    head.addPublications(message(p));
                    named.add(p.version);
                });
        pins.forEach((scope, version) ->
                head.addPins(Fleet.pin(version, "*").toBuilder().setScope(scope)));
        named.forEach(version -> head.addVersions(record(version)));
        if (!named.isEmpty()) {
            head.addAllWithdrawn(withdrawn().tailSet(named.first(), false));
        }
        if (deleted) {
            head.setDeletion(Deletion.newBuilder().setReason("not needed"));
        }
        return head.build();
    }

    private NavigableSet<Long> withdrawn() {
        NavigableSet<Long> withdrawn = new TreeSet<>(quarantined);
        publications.stream().filter(Published::withdrawn).forEach(p -> withdrawn.add(p.version));
        return withdrawn;
    }

    private Stream<Published> servable() {
        return publications.stream().filter(p -> !p.withdrawn && !quarantined.contains(p.version));
    }

    /** Per scope the newest for everybody, and the partial ones above it, unless a wider one hides them. */
    private static boolean isListed(Published p, List<Published> servable) {
        return servable.stream().noneMatch(q -> q.isFull() && q.version > p.version && covers(q.scope, p.scope));
    }

    private static boolean covers(Scope wide, Scope narrow) {
        return meets(wide.getRegion(), narrow.getRegion())
                && meets(wide.getApp(), narrow.getApp())
                && meets(wide.getCluster(), narrow.getCluster());
    }

    private static boolean meets(String wide, String narrow) {
        return wide.isEmpty() || wide.equals(narrow);
    }

    private static Publication message(Published p) {
        Publication.Builder message =
                Publication.newBuilder().setVersion(p.version).setScope(p.scope);
        if (!p.isFull()) {
            message.setShare(Share.newBuilder().setSalt(p.salt).setBound(p.bound));
        }
        return message.build();
    }

    /** What the consumer is to run; 0 = nothing. */
    long version(Consumer consumer) {
        long pinned = pinned(consumer);
        return pinned != 0 ? pinned : latest(consumer);
    }

    /** What the consumer would run if there were no pins; 0 = nothing. */
    long latest(Consumer consumer) {
        return published(consumer).max().orElse(0);
    }

    /** The version that the most specific pin gives to the consumer; 0 = no pin does. */
    long pinned(Consumer consumer) {
        for (String cluster : List.of(consumer.getCluster(), "")) {
            for (String app : List.of(consumer.getApp(), "")) {
                for (String region : List.of(consumer.getRegion(), "")) {
                    Long version = pins.get(Scope.newBuilder()
                            .setCluster(cluster)
                            .setApp(app)
                            .setRegion(region)
                            .build());
                    if (!deleted && version != null && !quarantined.contains(version)) {
                        return version;
                    }
                }
            }
        }
        return 0;
    }

    /** Every version that is published to the consumer and can be served. */
    LongStream published(Consumer consumer) {
        Scope all = Scope.newBuilder()
                .setRegion(consumer.getRegion())
                .setApp(consumer.getApp())
                .setCluster(consumer.getCluster())
                .build();
        return servable()
                .filter(p -> !deleted)
                .filter(p -> covers(p.scope, all) && bucket(p.salt, consumer.getInstance()) < p.bound)
                .mapToLong(Published::version);
    }

    private static int bucket(String salt, String instance) {
        byte[] digest = Digests.sha256((salt + '\n' + instance).getBytes(StandardCharsets.UTF_8));
        return new BigInteger(1, digest)
                .shiftRight(192)
                .mod(BigInteger.valueOf(EVERYBODY))
                .intValueExact();
    }
}
