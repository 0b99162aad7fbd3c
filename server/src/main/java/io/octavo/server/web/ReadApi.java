package io.octavo.server.web;

import io.octavo.server.consumers.Fleet;
import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.reads.Reads;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What publish and subscribe nodes serve: versions, payloads, what a consumer is to run and why, and what
 * consumers run. Needs a {@link Reads}, a {@link PayloadOutlet}, a {@link Latest}, a {@link Fleet} and a clock;
 * {@link LatestChanges} and {@link HeldVersions} where there are such.
 */
@Configuration(proxyBeanMethods = false)
public class ReadApi {
    @Bean
    VersionsController versionsController(Reads reads) {
        return new VersionsController(reads.explicit());
    }

    @Bean
    PayloadController payloadController(Reads reads, PayloadOutlet outlet, ObjectProvider<NotedUse> use) {
        return new PayloadController(reads.explicit(), outlet, use.getIfAvailable(() -> NotedUse.NONE));
    }

    @Bean
    HeldAnswers heldAnswers(ObjectProvider<LatestChanges> changes) {
        return new HeldAnswers(changes.getIfAvailable());
    }

    @Bean
    LatestController latestController(
            Latest latest,
            Reads reads,
            PayloadOutlet outlet,
            InstantSource clock,
            HeldAnswers held,
            ObjectProvider<HeldVersions> heldVersions,
            ObjectProvider<NotedUse> use) {
        return new LatestController(
                heads(latest, reads, clock),
                reads.explicit(),
                outlet,
                held,
                heldVersions.getIfAvailable(() -> HeldVersions.NONE),
                use.getIfAvailable(() -> NotedUse.NONE));
    }

    @Bean
    ConsumersController consumersController(Fleet fleet, InstantSource clock) {
        return new ConsumersController(fleet, clock);
    }

    @Bean
    ExplainController explainController(
            Latest latest, Reads reads, InstantSource clock, ObjectProvider<HeldVersions> heldVersions) {
        return new ExplainController(
                heads(latest, reads, clock), reads.explicit(), heldVersions.getIfAvailable(() -> HeldVersions.NONE));
    }

    private static PastHeads heads(Latest latest, Reads reads, InstantSource clock) {
        return new PastHeads(latest, reads.fresh(), reads.explicit(), clock);
    }
}
