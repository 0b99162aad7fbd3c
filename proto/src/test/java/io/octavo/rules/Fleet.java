package io.octavo.rules;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Quarantine;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Share;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** A small fleet, and the pieces of heads, for tests. */
final class Fleet {
    private static final List<String> REGIONS = List.of("", "eu", "us");
    private static final List<String> APPS = List.of("", "recs", "ads");
    private static final List<String> CLUSTERS = List.of("", "blue", "green");

    private Fleet() {}

    static Consumer consumer(String region, String app, String cluster, String instance) {
        return Consumer.newBuilder()
                .setRegion(region)
                .setApp(app)
                .setCluster(cluster)
                .setInstance(instance)
                .build();
    }

    /** Any consumer; now and then one that does not say everything about itself. */
    static Consumer consumer(RandomGenerator random) {
        return consumer(one(REGIONS, random), one(APPS, random), one(CLUSTERS, random), "host-" + random.nextInt(50));
    }

    static Scope scope(RandomGenerator random) {
        return Scope.newBuilder()
                .setRegion(one(REGIONS, random))
                .setApp(one(APPS, random))
                .setCluster(one(CLUSTERS, random))
                .build();
    }

    /** A scope that often means the consumer. */
    static Scope scopeNear(Consumer consumer, RandomGenerator random) {
        if (random.nextInt(4) == 0) {
            return scope(random);
        }
        return Scope.newBuilder()
                .setRegion(random.nextBoolean() ? consumer.getRegion() : "")
                .setApp(random.nextBoolean() ? consumer.getApp() : "")
                .setCluster(random.nextBoolean() ? consumer.getCluster() : "")
                .build();
    }

    static Publication publication(long version, String scope) {
        return Publication.newBuilder()
                .setVersion(version)
                .setScope(Scopes.parse(scope))
                .build();
    }

    static Publication publication(long version, String scope, String salt, int bound) {
        return publication(version, scope).toBuilder()
                .setShare(Share.newBuilder().setSalt(salt).setBound(bound))
                .build();
    }

    static Pin pin(long version, String scope) {
        return Pin.newBuilder()
                .setVersion(version)
                .setScope(Scopes.parse(scope))
                .build();
    }

    static VersionRecord record(long version) {
        return VersionRecord.newBuilder()
                .setVersion(version)
                .putMetadata("made", "v" + version)
                .build();
    }

    static VersionRecord quarantined(long version) {
        return record(version).toBuilder()
                .setQuarantine(Quarantine.newBuilder().setReason("bad"))
                .build();
    }

    /** A head that has the records of versions 1 to 9, of which some are quarantined. */
    static TopicHead.Builder head(Long... quarantined) {
        TopicHead.Builder head = TopicHead.newBuilder()
                .setFormat(Heads.FORMAT)
                .setTopic("prices")
                .setEpoch(1);
        for (long version = 1; version <= 9; version++) {
            head.addVersions(List.of(quarantined).contains(version) ? quarantined(version) : record(version));
        }
        return head;
    }

    /** The record of a version that the head is known to have. */
    static VersionRecord recordOf(TopicHead head, long version) {
        return Objects.requireNonNull(Heads.record(head, version), "record");
    }

    static <T> T one(List<T> choices, RandomGenerator random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
