package io.octavo.server.lease;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Leases in a map, for tests: passes the same contract as the real table. */
public final class InMemoryLeaseTable implements LeaseTable {
    private final Map<String, Row> rows = new HashMap<>();

    @Override
    public synchronized @Nullable Row read(String lease) {
        return rows.get(lease);
    }

    @Override
    public synchronized Map<String, Row> all() {
        return Map.copyOf(rows);
    }

    @Override
    public synchronized @Nullable Row replace(String lease, @Nullable Row expected, Row next) {
        if (Objects.equals(rows.get(lease), expected)) {
            rows.put(lease, next);
        }
        return rows.get(lease);
    }
}
