package io.octavo.server.idle;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.idle.TopicUses.Watch;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link TopicUses} does. */
public abstract class TopicUsesContract {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    /** One in which nothing is noted. */
    protected abstract TopicUses uses();

    @Test
    void theLatestUseOfATopicStaysWhicheverIsWrittenLater() {
        TopicUses uses = uses();
        assertThat(uses.all()).isEmpty();
        uses.used("a", NOON);
        uses.used("b", NOON.plusSeconds(5));
        uses.used("a", NOON.plusSeconds(9));
        uses.used("b", NOON);
        assertThat(uses.all()).isEqualTo(Map.of("a", NOON.plusSeconds(9), "b", NOON.plusSeconds(5)));
    }

    @Test
    void theWatchIsOneRowThatIsNoTopicAndNeverGoesBack() {
        TopicUses uses = uses();
        assertThat(uses.watch()).isNull();
        uses.watched(new Watch(NOON, NOON.plusSeconds(60)));
        Watch later = new Watch(NOON.plusSeconds(90), NOON.plusSeconds(120));
        uses.watched(later);
        uses.watched(new Watch(NOON, NOON.plusSeconds(61)));
        assertThat(uses.watch()).isEqualTo(later);
        assertThat(uses.all()).isEmpty();
    }
}
