package io.octavo.server.web;

import io.octavo.server.publish.Publisher;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What publish nodes serve besides: all writes, topics and their lists, and the web UI. Needs a {@link Publisher},
 * {@link TopicCommits}, a {@link TopicLog} and a {@link TopicIndex}.
 */
@Configuration(proxyBeanMethods = false)
public class AdminApi {
    @Bean
    PublishController publishController(Publisher publisher) {
        return new PublishController(publisher);
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
    MarksController marksController(TopicLog log, TopicCommits commits) {
        return new MarksController(log, commits);
    }

    @Bean
    RollbackController rollbackController(TopicCommits commits) {
        return new RollbackController(commits);
    }

    @Bean
    UiPages uiPages() {
        return new UiPages();
    }
}
