package io.octavo.server.cassandra;

import io.octavo.server.topic.DeletionContract;
import io.octavo.server.topic.TopicLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class CassandraDeletionIT extends DeletionContract {
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
    protected TopicLog log() {
        return store.log();
    }
}
