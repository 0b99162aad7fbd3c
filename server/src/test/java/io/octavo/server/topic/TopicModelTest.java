package io.octavo.server.topic;

import java.time.InstantSource;

class TopicModelTest extends TopicModelContract {
    private final TopicLog log = new InMemoryTopicLog(InstantSource.system());

    @Override
    protected TopicLog log() {
        return log;
    }

    @Override
    protected int histories() {
        return 40;
    }

    @Override
    protected int commands() {
        return 60;
    }

    @Override
    protected int publishesPerWriter() {
        return 50;
    }
}
