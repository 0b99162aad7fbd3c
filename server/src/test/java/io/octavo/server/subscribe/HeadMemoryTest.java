package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What heads cost: of a topic that has a version for each of three apps, with the metadata that a CI run gives. */
class HeadMemoryTest {
    private static final int TOPICS = 20_000;
    private static final int MOST_BYTES_EACH = 1_600;

    private final HeadCache cache = new HeadCache(new TestClock());

    @Test
    void aHeadTakesLittleMoreThanItsBytesAndComesBackWhole() {
        long empty = usedBytes();
        for (int i = 0; i < TOPICS; i++) {
            cache.put(head(i));
        }
        long each = (usedBytes() - empty) / TOPICS;
        int serialized = head(1).getSerializedSize();
        System.out.printf("bytes per head: %d, of %d serialized%n", each, serialized);
        assertThat(serialized).isBetween(600, 750);
        assertThat(each).isBetween((long) serialized, (long) MOST_BYTES_EACH);
        CachedTopic kept = requireNonNull(cache.get("catalogue.part-4711"));
        assertThat(kept.head()).isEqualTo(head(4711)).isSameAs(kept.head());
        assertThat(kept.resolve(CONSUMER).version()).isEqualTo(2);
    }

    private static TopicHead head(int number) {
        TopicHead.Builder head = TestHeads.empty("catalogue.part-" + number, 3)
                .setNewestVersion(3)
                .setLastEventMs(TestHeads.EPOCH + number);
        String[] scopes = {"*", "app=recs", "app=search"};
        for (int i = 0; i < scopes.length; i++) {
            Publication publication = TestHeads.publication(i + 1, scopes[i]).toBuilder()
                    .setAtMs(TestHeads.EPOCH + number)
                    .setBy("unverified:ci@build-7")
                    .build();
            head.addPublications(0, publication);
            head.addVersions(TestHeads.direct(i + 1).toBuilder()
                    .setAtMs(TestHeads.EPOCH + number)
                    .setBy(publication.getBy())
                    .putMetadata("commit", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567")
                    .putMetadata("run", "123456" + i)
                    .putMetadata("schema", "7"));
        }
        return head.build();
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
