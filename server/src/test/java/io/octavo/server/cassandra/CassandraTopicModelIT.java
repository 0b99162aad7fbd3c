package io.octavo.server.cassandra;

import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicModelContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class CassandraTopicModelIT extends TopicModelContract {
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

    @Override
    protected int histories() {
        return 3;
    }

    @Override
    protected int commands() {
        return 40;
    }

    @Override
    protected int publishesPerWriter() {
        return 20;
    }
}
