package io.octavo.server.cassandra;

import io.octavo.server.idle.TopicUses;
import io.octavo.server.idle.TopicUsesContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class CassandraTopicUsesIT extends TopicUsesContract {
    private CassandraStore store;

    @BeforeEach
    void open() {
        store = TestCassandra.open(TestCassandra.config(TestCassandra.shared()));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected TopicUses uses() {
        return store.topicUses();
    }
}
