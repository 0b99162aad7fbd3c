package io.octavo.server.topic;

import java.time.InstantSource;

class ExpiryTest extends ExpiryContract {
    private final TopicLog log = new InMemoryTopicLog(InstantSource.system());

    @Override
    protected TopicLog log() {
        return log;
    }
}
