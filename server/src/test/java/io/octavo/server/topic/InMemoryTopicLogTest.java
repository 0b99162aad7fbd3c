package io.octavo.server.topic;

import java.time.InstantSource;

class InMemoryTopicLogTest extends TopicLogContract {
    private final TopicLog log = new InMemoryTopicLog(InstantSource.system());

    @Override
    protected TopicLog log() {
        return log;
    }
}
