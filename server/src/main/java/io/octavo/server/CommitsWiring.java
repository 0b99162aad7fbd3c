package io.octavo.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.nodes.Membership;
import io.octavo.server.payload.JustStored;
import io.octavo.server.peers.Hints;
import io.octavo.server.peers.NodeCalls;
import io.octavo.server.reads.Reads;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.ChangeAnnouncer;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Commits, for the roles that change topics. */
@Configuration(proxyBeanMethods = false)
@OnRole({Role.PUBLISH, Role.HOUSEKEEPING})
class CommitsWiring {
    /** Above Cassandra's time-out of a conditional batch, so that its outcome is usually learned within the call. */
    private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(10);

    private static final Duration ANNOUNCE_PATIENCE = Duration.ofMinutes(1);
    private static final Duration ANNOUNCE_WAIT = Duration.ofMillis(500);

    @Bean
    ChangeAnnouncer changeAnnouncer(ChangeFeed feed, MeterRegistry meters) {
        return new ChangeAnnouncer(feed, BoundedPatience.within(ANNOUNCE_PATIENCE), ANNOUNCE_WAIT, meters);
    }

    @Bean
    Hints hints(NodeCalls calls, MeterRegistry meters) {
        Hints hints = new Hints(System::nanoTime, RandomGenerator.getDefault(), meters);
        calls.follow(hints::reach);
        return hints;
    }

    @Bean
    TopicCommits topicCommits(
            TopicLog log,
            Membership membership,
            Hints hints,
            ChangeAnnouncer announcer,
            ObjectProvider<SubscribeRole> subscribe,
            Reads reads,
            JustStored stored,
            InstantSource clock,
            MeterRegistry meters) {
        TopicCommits.Announcer everywhere =
                new Announcements(subscribe.getIfAvailable(), hints, reads, stored, announcer);
        return new TopicCommits(
                log, membership::checkClock, everywhere, clock, BoundedPatience.within(COMMIT_PATIENCE), meters);
    }
}
