package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Resolution of the compact head against the naive model, which looks at everything that was ever published. */
final class ResolutionModelTest {
    private static final int HISTORIES = 700;
    private static final int CHANGES = 20;
    private static final int CONSUMERS = 4;

    @Test
    void theHeadResolvesLikeTheWholeStory() {
        int[] decided = new int[3];
        Seeds.forEach(HISTORIES, random -> {
            History history = new History(true, Fleet::scope);
            for (int change = 0; change < CHANGES; change++) {
                history.change(random);
                TopicHead head = history.head();
                for (int i = 0; i < CONSUMERS; i++) {
                    Consumer consumer = Fleet.consumer(random);
                    Resolution resolution = Resolution.of(head, consumer);
                    assertLike(history, resolution, consumer);
                    assertThat(Resolution.of(Heads.narrow(head, consumer), consumer))
                            .isEqualTo(resolution);
                    assertThat(Resolution.ignoringPins(head, consumer).version())
                            .isEqualTo(history.latest(consumer));
                    decided[resolution.pinned() ? 0 : resolution.version() != 0 ? 1 : 2]++;
                }
            }
        });
        assertThat(Arrays.stream(decided).boxed())
                .as("pinned, published, nothing: each is seen often")
                .allSatisfy(times -> assertThat(times).isGreaterThan(HISTORIES));
    }

    private static void assertLike(History history, Resolution resolution, Consumer consumer) {
        assertThat(resolution.version()).isEqualTo(history.version(consumer));
        assertThat(resolution.pinned()).isEqualTo(history.pinned(consumer) != 0);
        if (resolution.scope() == null) {
            assertThat(resolution).isEqualTo(Resolution.NOTHING);
        } else {
            assertThat(Scopes.matches(resolution.scope(), consumer)).isTrue();
        }
    }
}
