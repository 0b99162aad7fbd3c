package io.octavo.server.topic;

import java.time.InstantSource;

class DeletionTest extends DeletionContract {
    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());

    @Override
    protected TopicLog log() {
        return log;
    }
}
