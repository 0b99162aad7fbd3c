package io.octavo.server.cassandra;

import io.octavo.server.lease.LeaseContract;
import io.octavo.server.lease.LeaseTable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class CassandraLeaseIT extends LeaseContract {
    private static CassandraStore store;

    @BeforeAll
    static void open() {
        store = TestCassandra.open(TestCassandra.config(TestCassandra.shared()));
    }

    @AfterAll
    static void close() {
        store.close();
    }

    @Override
    protected LeaseTable table() {
        return store.leases();
    }

    @Override
    protected int histories() {
        return 4;
    }

    @Override
    protected int steps() {
        return 80;
    }
}
