package io.octavo.server.web;

import io.octavo.server.publish.ExternalObjects;
import io.octavo.server.publish.Publisher;
import io.octavo.server.reads.Reads;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What publish nodes serve besides: all writes, topics and their lists, and the web UI. Needs a {@link Publisher},
 * {@link TopicCommits}, a {@link TopicLog}, {@link Reads}, a {@link TopicIndex} and a clock; takes an {@link ExternalObjects} and an
 * {@link AllHeads} where there are such.
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
    TopicController topicController(Reads reads, TopicCommits commits) {
        return new TopicController(reads.explicit(), commits);
    }

    @Bean
    PinsController pinsController(Reads reads, TopicCommits commits) {
        return new PinsController(reads.explicit(), commits);
    }

    @Bean
    MarksController marksController(Reads reads, TopicCommits commits) {
        return new MarksController(reads.explicit(), commits);
    }

    @Bean
    RollbackController rollbackController(TopicCommits commits) {
        return new RollbackController(commits);
    }

    @Bean
    AllPinsController allPinsController(TopicLog log, ObjectProvider<AllHeads> heads, InstantSource clock) {
        return new AllPinsController(heads.getIfAvailable(() -> log::forEachHead), clock);
    }

    @Bean
    EventsController eventsController(
            TopicLog log, Reads reads, ObjectProvider<AllHeads> heads, EventReaders readers, InstantSource clock) {
        return new EventsController(reads.explicit(), heads.getIfAvailable(() -> log::forEachHead), readers, clock);
    }

    @Bean
    EventReaders eventReaders() {
        return new EventReaders();
    }

    @Bean
    UiPages uiPages() {
        return new UiPages();
    }
}
