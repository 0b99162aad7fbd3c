package io.octavo.server.idle;

class TopicUsesTest extends TopicUsesContract {
    @Override
    protected TopicUses uses() {
        return new InMemoryTopicUses();
    }
}
