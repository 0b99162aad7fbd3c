package io.octavo.server;

import io.grpc.BindableService;
import io.octavo.protocol.TopicHead;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.RequestIds;
import io.octavo.server.payload.Expected;
import io.octavo.server.payload.ExternalConfig;
import io.octavo.server.payload.ExternalPayloads;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.StoredPayload;
import io.octavo.server.payload.UploadsConfig;
import io.octavo.server.publish.Arrivals;
import io.octavo.server.publish.ExternalObjects;
import io.octavo.server.publish.GrpcPublish;
import io.octavo.server.publish.LiveReaders;
import io.octavo.server.publish.PayloadIntake;
import io.octavo.server.publish.PublishConfig;
import io.octavo.server.publish.Publisher;
import io.octavo.server.publish.TopicsConfig;
import io.octavo.server.publish.Uploader;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.validation.PayloadChecks;
import io.octavo.server.validation.ValidationConfig;
import io.octavo.server.web.AdminApi;
import io.octavo.server.web.AllHeads;
import io.octavo.server.web.TopicIndex;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The publish role: writes, and the admin API. */
@Configuration(proxyBeanMethods = false)
@OnRole(Role.PUBLISH)
@Import(AdminApi.class)
class PublishWiring {
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
    ExternalObjects externalObjects(Payloads payloads, ExternalConfig config) {
        ExternalPayloads external = payloads.external(config);
        return (locations, announced, checks) -> {
            Long size = announced.size();
            return external.check(
                    locations,
                    new Expected(
                            size == null ? Expected.UNKNOWN_SIZE : size, announced.sha256(), announced.contentType()),
                    checks);
        };
    }

    @Bean
    Publisher publisher(
            TopicLog log,
            TopicCommits commits,
            PayloadIntake intake,
            PublishConfig config,
            TopicsConfig topics,
            ValidationConfig validation,
            ObjectProvider<SubscribeRole> subscribe) {
        SubscribeRole role = subscribe.getIfAvailable();
        return new Publisher(
                log,
                topic -> atHand(role, log, topic),
                commits,
                intake,
                config,
                topics,
                new PayloadChecks(validation, System::nanoTime));
    }

    /** From memory, where this node has all heads. */
    private static @Nullable TopicHead atHand(@Nullable SubscribeRole role, TopicLog log, String topic) {
        TopicHead head = role == null ? null : role.cache().head(topic);
        return head != null ? head : log.head(topic, Read.LOCAL);
    }

    @Bean
    Uploader uploader(
            Publisher publisher,
            TopicLog log,
            Payloads payloads,
            UploadsConfig config,
            CassandraStore store,
            InstantSource clock) {
        return new Uploader(publisher, log, payloads.signed(config, store.openUploads(), clock), clock);
    }

    @Bean
    BindableService publishService(
            Publisher publisher,
            Uploader uploader,
            ExternalObjects objects,
            TopicLog log,
            TopicCommits commits,
            LiveReaders readers,
            PublishConfig config,
            Arrivals arrivals,
            GrpcErrors errors) {
        return new GrpcPublish(
                publisher,
                uploader,
                objects,
                log,
                commits,
                readers,
                RequestIds.carriedTo(publishWorkers(config)),
                config,
                arrivals,
                errors::status);
    }

    @Bean
    TopicIndex topicIndex(TopicLog log, ObjectProvider<SubscribeRole> subscribe) {
        return new TopicListing(() -> {
            SubscribeRole role = subscribe.getIfAvailable();
            return role == null
                    ? TopicListing.Heads.read(log)
                    : new TopicListing.Heads(role.cache().names(), role.cache()::head);
        });
    }

    @Bean
    AllHeads allHeads(TopicLog log, ObjectProvider<SubscribeRole> subscribe) {
        return consumer -> {
            SubscribeRole role = subscribe.getIfAvailable();
            if (role == null) {
                log.forEachHead(consumer);
            } else {
                role.cache().forEachHead(consumer);
            }
        };
    }

    private static ThreadPoolExecutor publishWorkers(PublishConfig config) {
        return new ThreadPoolExecutor(0, config.inFlight(), 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "octavo-publish");
            thread.setDaemon(true);
            return thread;
        });
    }
}
