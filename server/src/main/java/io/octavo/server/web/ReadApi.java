package io.octavo.server.web;

import io.octavo.server.consumers.Fleet;
import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.topic.TopicLog;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What publish and subscribe nodes serve: versions, payloads, what a consumer is to run and why, and what
 * consumers run. Needs a {@link TopicLog}, a {@link PayloadOutlet}, a {@link Latest}, a {@link Fleet} and a clock;
 * {@link LatestChanges} where there are such.
 */
@Configuration(proxyBeanMethods = false)
public class ReadApi {
    @Bean
    VersionsController versionsController(TopicLog log) {
        return new VersionsController(log);
    }

    @Bean
    PayloadController payloadController(TopicLog log, PayloadOutlet outlet) {
        return new PayloadController(log, outlet);
    }

    @Bean
    HeldAnswers heldAnswers(ObjectProvider<LatestChanges> changes) {
        return new HeldAnswers(changes.getIfAvailable());
    }

    @Bean
    LatestController latestController(
            Latest latest, TopicLog log, PayloadOutlet outlet, InstantSource clock, HeldAnswers held) {
        return new LatestController(new PastHeads(latest, log, clock), log, outlet, held);
    }

    @Bean
    ConsumersController consumersController(Fleet fleet, InstantSource clock) {
        return new ConsumersController(fleet, clock);
    }

    @Bean
    ExplainController explainController(Latest latest, TopicLog log, InstantSource clock) {
        return new ExplainController(new PastHeads(latest, log, clock), log);
    }
}
