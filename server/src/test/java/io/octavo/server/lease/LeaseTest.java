package io.octavo.server.lease;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest extends LeaseContract {
    private final LeaseTable table = new InMemoryLeaseTable();

    @Override
    protected LeaseTable table() {
        return table;
    }

    @Override
    protected int histories() {
        return 100;
    }

    @Override
    protected int steps() {
        return 200;
    }

    @Test
    void aMarginThatLeavesNoTimeToRenewIsRefused() {
        assertThatThrownBy(() -> new Lease.Terms(Duration.ofSeconds(3), Duration.ofSeconds(1)))
                .hasMessageStartingWith("margin: PT1S");
        assertThatThrownBy(() -> new Lease.Terms(Duration.ofSeconds(3), Duration.ofSeconds(-1)))
                .hasMessageStartingWith("margin: PT-1S");
    }
}
