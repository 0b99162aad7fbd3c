package io.octavo.server;

import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.RequestIds;
import io.octavo.server.nodes.Membership;
import io.octavo.server.payload.Expected;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.StoredPayload;
import io.octavo.server.publish.Arrivals;
import io.octavo.server.publish.GrpcPublish;
import io.octavo.server.publish.PayloadIntake;
import io.octavo.server.publish.PublishConfig;
import io.octavo.server.publish.Publisher;
import io.octavo.server.publish.TopicsConfig;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.ChangeAnnouncer;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.web.AdminApi;
import io.octavo.server.web.TopicIndex;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The publish role: writes, and the admin API. */
@Configuration(proxyBeanMethods = false)
@OnRole(Role.PUBLISH)
@Import(AdminApi.class)
class PublishWiring {
    /** Above Cassandra's time-out of a conditional batch, so that its outcome is usually learned within the call. */
    private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(10);

    private static final Duration ANNOUNCE_PATIENCE = Duration.ofMinutes(1);
    private static final Duration ANNOUNCE_WAIT = Duration.ofMillis(500);

    @Bean
    ChangeAnnouncer changeAnnouncer(ChangeFeed feed, MeterRegistry meters) {
        return new ChangeAnnouncer(feed, BoundedPatience.within(ANNOUNCE_PATIENCE), ANNOUNCE_WAIT, meters);
    }

    @Bean
    TopicCommits topicCommits(
            TopicLog log,
            Membership membership,
            ChangeAnnouncer announcer,
            ObjectProvider<SubscribeRole> subscribe,
            InstantSource clock,
            MeterRegistry meters) {
        TopicCommits.Announcer everywhere = head -> {
            // The subscribe role of this very node need not wait for the feed.
            subscribe.ifAvailable(role -> role.hint(head));
            announcer.announce(head);
        };
        return new TopicCommits(
                log, membership::checkClock, everywhere, clock, BoundedPatience.within(COMMIT_PATIENCE), meters);
    }

    @Bean
    PayloadIntake payloadIntake(Payloads payloads) {
        return new PayloadIntake() {
            @Override
            public Stored store(String topic, InputStream body, Announced announced) {
                Long size = announced.size();
                Expected expected = new Expected(
                        size == null ? Expected.UNKNOWN_SIZE : size, announced.sha256(), announced.contentType());
                try {
                    StoredPayload stored = payloads.store(topic, body, expected);
                    return new Stored(stored.uploadId(), stored.part());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void discard(Stored stored) {
                payloads.discard(new StoredPayload(stored.uploadId(), stored.part()));
            }
        };
    }

    @Bean
    Publisher publisher(
            TopicLog log, TopicCommits commits, PayloadIntake intake, PublishConfig config, TopicsConfig topics) {
        return new Publisher(log, commits, intake, config, topics);
    }

    @Bean
    BindableService publishService(Publisher publisher, PublishConfig config, Arrivals arrivals, GrpcErrors errors) {
        return new GrpcPublish(
                publisher, RequestIds.carriedTo(publishWorkers(config)), config, arrivals, errors::status);
    }

    @Bean
    TopicIndex topicIndex(TopicLog log, ObjectProvider<SubscribeRole> subscribe) {
        return new TopicListing(() -> {
            SubscribeRole role = subscribe.getIfAvailable();
            return role == null ? TopicListing.read(log) : role.cache().heads();
        });
    }

    private static ThreadPoolExecutor publishWorkers(PublishConfig config) {
        return new ThreadPoolExecutor(0, config.inFlight(), 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "octavo-publish");
            thread.setDaemon(true);
            return thread;
        });
    }
}
