package io.octavo.server.web;

import io.octavo.server.consumers.Fleet;
import io.octavo.server.idle.IdleTopics;
import io.octavo.server.publish.ExternalObjects;
import io.octavo.server.publish.LiveReaders;
import io.octavo.server.publish.Publisher;
import io.octavo.server.reads.Reads;
import io.octavo.server.retention.Retention;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What publish nodes serve besides: all writes, topics and their lists, and the web UI. Needs a {@link Publisher},
 * {@link TopicCommits}, a {@link TopicLog}, {@link Reads}, a {@link TopicIndex}, a {@link Fleet}, a
 * {@link Retention}, {@link IdleTopics} and a clock; takes an
 * {@link ExternalObjects} and an {@link AllHeads} where there are such.
 */
@Configuration(proxyBeanMethods = false)
public class AdminApi {
    @Bean
    LiveReaders liveReaders(TopicCommits commits, Fleet fleet) {
        return new LiveReaders(commits, fleet);
    }

    @Bean
    PublishController publishController(
            Publisher publisher, ObjectProvider<ExternalObjects> external, LiveReaders readers) {
        return new PublishController(publisher, external.getIfAvailable(() -> ExternalObjects.NONE), readers);
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
    TopicController topicController(Reads reads, TopicCommits commits, LiveReaders readers) {
        return new TopicController(reads.explicit(), commits, readers);
    }

    @Bean
    PinsController pinsController(Reads reads, TopicCommits commits, LiveReaders readers) {
        return new PinsController(reads.explicit(), commits, readers);
    }

    @Bean
    MarksController marksController(Reads reads, TopicCommits commits, LiveReaders readers) {
        return new MarksController(reads.explicit(), commits, readers);
    }

    @Bean
    RollbackController rollbackController(TopicCommits commits, LiveReaders readers) {
        return new RollbackController(commits, readers);
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
    RetentionController retentionController(Retention retention, TopicLog log, ObjectProvider<AllHeads> heads) {
        return new RetentionController(retention, log, heads.getIfAvailable(() -> log::forEachHead));
    }

    @Bean
    IdleController idleController(IdleTopics idle, TopicLog log, ObjectProvider<AllHeads> heads) {
        return new IdleController(idle, heads.getIfAvailable(() -> log::forEachHead));
    }

    @Bean
    UiPages uiPages() {
        return new UiPages();
    }
}
