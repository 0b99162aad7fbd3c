package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.TopicHead;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackRegion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ExportBundlesTest extends ExportFixture {
    @Test
    void theHeadsThatAreThereAreBundledAnewWhenATwentiethHasChanged() {
        for (int i = 0; i < 40; i++) {
            publish("t" + i, "one");
        }
        Runs.of(task);
        assertThat(bundled(inEu)).containsExactlyInAnyOrderElementsOf(heads());
        List<String> first = inEu.bundles();

        publish("t1", "two");
        publish("t2", "two");
        time.pass(SCAN);
        Runs.of(task);
        assertThat(inEu.bundles()).isEqualTo(first);
        publish("t3", "two");
        Runs.of(task);
        time.pass(SCAN);
        Runs.of(task);
        assertThat(inEu.bundles()).hasSize(1).doesNotContainAnyElementsOf(first);
        assertThat(bundled(inEu)).containsExactlyInAnyOrderElementsOf(heads());
    }

    @Test
    void headsOfManyBytesAreBundledInSeveralObjects() {
        for (int i = 0; i < 300; i++) {
            commit("t" + i, version("one", true, Map.of("long", "x".repeat(4_000))));
        }
        Runs.of(task);
        assertThat(inEu.bundles()).hasSize(2);
        assertThat(bundled(inEu)).containsExactlyInAnyOrderElementsOf(heads());
    }

    @Test
    void whereBundlesCannotBePutTheHeadsAreAllTheSame() {
        eu.before((operation, key) -> {
            if (operation.equals("create") && key.startsWith(KEYS.bundles())) {
                throw ServiceException.unavailable("slow down", Duration.ofSeconds(1), null);
            }
        });
        publish("a", "one");
        assertThat(Runs.of(task).failedCount()).isZero();
        assertThat(inEu.newest("a")).isEqualTo(head("a"));
        assertThat(inEu.completeAt()).isEqualTo(time.instant());
        eu.before((operation, key) -> {});
        time.pass(SCAN);
        Runs.of(task);
        assertThat(bundled(inEu)).containsExactly(head("a"));
    }

    @Test
    void whatIsBundledAgainAndAgainWithoutAnEndDoesNotPileUp() {
        for (int i = 0; i < 300; i++) {
            commit("t" + i, version("one", true, Map.of("long", "x".repeat(4_000))));
        }
        AtomicBoolean broken = new AtomicBoolean(true);
        eu.before((operation, key) -> {
            if (broken.get() && operation.equals("create") && key.equals(KEYS.head(head("t7")))) {
                throw ServiceException.unavailable("slow down", Duration.ofSeconds(1), null);
            }
        });
        for (int i = 0; i < 4; i++) {
            Runs.of(task);
            assertThat(inEu.bundles()).as("scan " + i).hasSizeLessThanOrEqualTo(2);
            time.pass(SCAN);
        }
        broken.set(false);
        Runs.of(task);
        assertThat(inEu.bundles()).hasSize(2);
        assertThat(bundled(inEu)).containsExactlyInAnyOrderElementsOf(heads());
    }

    @Test
    void aHeadThatTheLogHasLostIsNotBundledAsItWas() {
        publish("a", "one");
        TopicHead ahead = head("a").toBuilder().setRevision(99).build();
        inEu.createHead(ahead);
        Runs.of(task);
        assertThat(bundled(inEu)).isEmpty();
        assertThat(bundled(inUs)).containsExactly(head("a"));
    }

    private static List<TopicHead> bundled(FallbackRegion region) {
        return region.bundles().stream()
                .flatMap(key -> region.bundle(key).stream())
                .toList();
    }
}
