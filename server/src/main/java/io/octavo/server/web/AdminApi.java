package io.octavo.server.web;

import io.octavo.server.publish.ExternalObjects;
import io.octavo.server.publish.Publisher;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What publish nodes serve besides: all writes, topics and their lists, and the web UI. Needs a {@link Publisher},
 * {@link TopicCommits}, a {@link TopicLog} and a {@link TopicIndex}; takes an {@link ExternalObjects} where there is one.
 */
@Configuration(proxyBeanMethods = false)
public class AdminApi {
    @Bean
    PublishController publishController(Publisher publisher, ObjectProvider<ExternalObjects> external) {
        return new PublishController(publisher, external.getIfAvailable(() -> ExternalObjects.NONE));
    }

    @Bean
    RequestsController requestsController(Publisher publisher, TopicCommits commits) {
        return new RequestsController(publisher, commits);
    }

    @Bean
    TopicsController topicsController(TopicIndex index) {
        return new TopicsController(index);
    }

    @Bean
    TopicController topicController(TopicLog log, TopicCommits commits) {
        return new TopicController(log, commits);
    }

    @Bean
    PinsController pinsController(TopicLog log, TopicCommits commits) {
        return new PinsController(log, commits);
    }

    @Bean
    UiPages uiPages() {
        return new UiPages();
    }
}
