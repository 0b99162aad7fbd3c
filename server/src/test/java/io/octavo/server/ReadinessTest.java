package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

class ReadinessTest {
    private boolean serving = true;
    private boolean loaded;
    private boolean reached;

    @Test
    void aNodeThatAnswersPollsIsReadyWhenItsHeadsAreLoadedWhateverTheStoreDoes() {
        Readiness readiness = new Readiness(() -> serving, () -> loaded, () -> reached);
        reached = true;
        assertThat(readiness.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        loaded = true;
        assertThat(readiness.health().getStatus()).isEqualTo(Status.UP);
        reached = false;
        assertThat(readiness.isReady()).isTrue();
    }

    @Test
    void aNodeThatOnlyPublishesIsReadyWhileItReachesTheStore() {
        Readiness readiness = new Readiness(() -> serving, null, () -> reached);
        assertThat(readiness.isReady()).isFalse();
        reached = true;
        assertThat(readiness.isReady()).isTrue();
    }

    @Test
    void aNodeThatStopsIsNotReady() {
        Readiness housekeeping = new Readiness(() -> serving, null, null);
        assertThat(housekeeping.isReady()).isTrue();
        serving = false;
        assertThat(housekeeping.isReady()).isFalse();
    }
}
