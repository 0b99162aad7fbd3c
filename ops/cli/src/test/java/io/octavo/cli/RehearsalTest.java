package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RehearsalTest {
    @Test
    void nobodySeesItAndNothingIsReadOrWaitedFor() throws Exception {
        Run run = new Run();
        Rehearsal.rehearse(run.shell());
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEmpty();
        assertThat(run.pauses).isEmpty();
    }
}
