package io.octavo.server.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackRegion.Exported;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.payload.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FallbackCacheTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final InMemoryObjects eu = new InMemoryObjects("eu", () -> NOW);
    private final InMemoryObjects us = new InMemoryObjects("us", () -> NOW);
    private final FallbackCache cache = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 4));
    private final FallbackRegion inEu = cache.regions().get(0);
    private final FallbackRegion inUs = cache.regions().get(1);

    @Test
    void theNewestHeadIsTheOneOfTheHighestEpochAndRevision() {
        inEu.createHead(head("a", 1, 9));
        inEu.createHead(head("a", 2, 3));
        inEu.createHead(head("a", 2, 1));
        inEu.createHead(head("a.b", 5, 5));
        assertThat(inEu.newest("a")).isEqualTo(head("a", 2, 3));
        assertThat(inEu.newest("b")).isNull();
    }

    @Test
    void aWriterWhoComesLatePutsNothingInFront() {
        inEu.createHead(head("a", 1, 7));
        assertThat(inEu.createHead(head("a", 1, 6))).isTrue();
        assertThat(inEu.createHead(
                        head("a", 1, 7).toBuilder().setNewestVersion(99).build()))
                .isFalse();
        assertThat(inEu.newest("a")).isEqualTo(head("a", 1, 7));
    }

    @Test
    void aHeadThatGoesWhileItIsReadIsFollowedByTheNextOne() {
        inEu.createHead(head("a", 1, 1));
        Exported listed = inEu.heads("a").get(0);
        List<String> done = new ArrayList<>();
        eu.before((operation, key) -> {
            if (operation.equals("read") && done.isEmpty()) {
                done.add(key);
                inEu.createHead(head("a", 1, 2));
                inEu.removeHeads(List.of(listed));
            }
        });
        assertThat(inEu.newest("a")).isEqualTo(head("a", 1, 2));
    }

    @Test
    void whatIsNoHeadIsNotTakenForOne() {
        FallbackKeys keys = new FallbackKeys("fallback");
        eu.put(keys.head("a", 1, 1), new byte[] {1, 2, 3});
        eu.put(keys.head("b", 1, 1), head("b", 1, 2).toByteArray());
        assertThatThrownBy(() -> inEu.newest("a")).isInstanceOf(FallbackRegion.Unreadable.class);
        assertThatThrownBy(() -> inEu.newest("b")).isInstanceOf(FallbackRegion.Unreadable.class);
    }

    @Test
    void everyRegionIsAskedForItsNewestHead() {
        inEu.createHead(head("a", 1, 1));
        inUs.createHead(head("a", 1, 2));
        inUs.createHead(head("b", 1, 2));
        assertThat(cache.newest("a")).containsExactly(head("a", 1, 1), head("a", 1, 2));
        assertThat(cache.newest("b")).containsExactly(head("b", 1, 2));
        us.away(true);
        assertThatThrownBy(() -> cache.newest("a")).isInstanceOf(ServiceException.class);
    }

    @Test
    void aPayloadIsReadFromTheFirstRegionThatHasIt() {
        inUs.createPayload(7, ByteString.copyFromUtf8("seven"), Origin.exported("topic", 1));
        assertThat(cache.payload(7)).isEqualTo(ByteString.copyFromUtf8("seven"));
        assertThat(cache.payload(8)).isNull();
        eu.away(true);
        assertThat(cache.payload(7)).isEqualTo(ByteString.copyFromUtf8("seven"));
        us.away(true);
        assertThatThrownBy(() -> cache.payload(7)).isInstanceOf(ServiceException.class);
    }

    @Test
    void aPayloadIsRemovedWhereThatCanBeDoneAndTheRestIsTold() {
        inEu.createPayload(7, ByteString.copyFromUtf8("seven"), Origin.exported("topic", 1));
        inUs.createPayload(7, ByteString.copyFromUtf8("seven"), Origin.exported("topic", 1));
        eu.away(true);
        assertThatThrownBy(() -> cache.removePayload(7)).isInstanceOf(ServiceException.class);
        assertThat(us.keys()).isEmpty();
        eu.away(false);
        cache.removePayload(7);
        assertThat(eu.keys()).isEmpty();
    }

    @Test
    void allHeadsAreReadPageByPage() {
        for (int i = 0; i < 2_345; i++) {
            inEu.createHead(head("t" + i, 1, 1));
        }
        List<String> topics = new ArrayList<>();
        assertThat(inEu.forEachHead(
                        () -> true, exported -> topics.add(exported.position().topic())))
                .isTrue();
        assertThat(topics).hasSize(2_345).doesNotHaveDuplicates();
        assertThat(inEu.forEachHead(() -> false, exported -> {})).isFalse();
    }

    @Test
    void theNewestMarkSaysUpToWhenItIsComplete() {
        assertThat(inEu.completeAt()).isNull();
        inEu.markComplete(NOW.plusSeconds(5));
        inEu.markComplete(NOW);
        assertThat(inEu.completeAt()).isEqualTo(NOW.plusSeconds(5));
        inEu.removeOldMarks();
        assertThat(eu.keys()).hasSize(1);
        assertThat(inEu.completeAt()).isEqualTo(NOW.plusSeconds(5));
    }

    private static TopicHead head(String topic, long epoch, long revision) {
        return TopicHead.newBuilder()
                .setTopic(topic)
                .setEpoch(epoch)
                .setRevision(revision)
                .build();
    }
}
