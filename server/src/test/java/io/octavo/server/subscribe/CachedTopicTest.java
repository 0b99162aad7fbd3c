package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Deletion;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Quarantine;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Share;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CachedTopicTest {
    private static final List<String> VALUES = List.of("", "a", "b");

    @Test
    void resolvesAsTheRulesDo() {
        long seed = Long.getLong("octavo.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            TopicHead head = randomHead(random);
            CachedTopic cached = new CachedTopic(head);
            for (int j = 0; j < 4; j++) {
                Consumer consumer = randomConsumer(random);
                assertThat(cached.resolve(consumer))
                        .as("seed %d, round %d, %s for %s", seed, i, head, consumer)
                        .isEqualTo(Resolution.of(head, consumer));
                assertThat(cached.resolveIgnoringPins(consumer))
                        .as("ignoring pins: seed %d, round %d, %s for %s", seed, i, head, consumer)
                        .isEqualTo(Resolution.ignoringPins(head, consumer));
            }
        }
    }

    @Test
    void deletedTopicResolvesToNothing() {
        TopicHead head = TestHeads.head("t", 3, 2).toBuilder()
                .addPins(TestHeads.pin(2, "*"))
                .setDeletion(Deletion.newBuilder().setReason("unused"))
                .build();
        assertThat(new CachedTopic(head).resolve(CONSUMER)).isEqualTo(Resolution.NOTHING);
    }

    private static TopicHead randomHead(Random random) {
        TopicHead.Builder head = TestHeads.empty("t", 1 + random.nextInt(9));
        List<Publication> publications = IntStream.range(0, random.nextInt(6))
                .mapToObj(i -> randomPublication(random))
                .sorted(Comparator.comparingLong(Publication::getVersion)
                        .reversed()
                        .thenComparing(Publication::getScope, Scopes.ORDER))
                .toList();
        TreeSet<Scope> pinned = new TreeSet<>(Scopes.ORDER);
        IntStream.range(0, random.nextInt(4)).forEach(i -> pinned.add(randomScope(random)));
        pinned.forEach(scope -> head.addPins(
                TestHeads.pin(1 + random.nextInt(6), "*").toBuilder().setScope(scope)));
        LongStream.rangeClosed(1, 6).forEach(version -> {
            VersionRecord.Builder record = VersionRecord.newBuilder().setVersion(version);
            if (random.nextInt(4) == 0) {
                record.setQuarantine(Quarantine.newBuilder().setReason("bad"));
            }
            head.addVersions(record);
        });
        return head.addAllPublications(publications).build();
    }

    private static Publication randomPublication(Random random) {
        Publication.Builder publication =
                Publication.newBuilder().setVersion(1 + random.nextInt(6)).setScope(randomScope(random));
        if (random.nextInt(3) == 0) {
            publication.setShare(
                    Share.newBuilder().setSalt("s" + random.nextInt(3)).setBound(1 + random.nextInt(9999)));
        }
        return publication.build();
    }

    private static Scope randomScope(Random random) {
        return Scope.newBuilder()
                .setRegion(value(random))
                .setApp(value(random))
                .setCluster(value(random))
                .build();
    }

    private static Consumer randomConsumer(Random random) {
        return Consumer.newBuilder()
                .setRegion(value(random))
                .setApp(value(random))
                .setCluster(value(random))
                .setInstance("node-" + random.nextInt(50))
                .build();
    }

    private static String value(Random random) {
        return VALUES.get(random.nextInt(VALUES.size()));
    }
}
