package io.octavo.server.web;

import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.reads.Reads;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What publish and subscribe nodes serve: versions, payloads, and what a consumer is to run and why. Needs a
 * {@link Reads}, a {@link PayloadOutlet}, a {@link Latest} and a clock; {@link LatestChanges} where there are such.
 */
@Configuration(proxyBeanMethods = false)
public class ReadApi {
    @Bean
    VersionsController versionsController(Reads reads) {
        return new VersionsController(reads.explicit());
    }

    @Bean
    PayloadController payloadController(Reads reads, PayloadOutlet outlet) {
        return new PayloadController(reads.explicit(), outlet);
    }

    @Bean
    HeldAnswers heldAnswers(ObjectProvider<LatestChanges> changes) {
        return new HeldAnswers(changes.getIfAvailable());
    }

    @Bean
    LatestController latestController(
            Latest latest, Reads reads, PayloadOutlet outlet, InstantSource clock, HeldAnswers held) {
        return new LatestController(heads(latest, reads, clock), reads.explicit(), outlet, held);
    }

    @Bean
    ExplainController explainController(Latest latest, Reads reads, InstantSource clock) {
        return new ExplainController(heads(latest, reads, clock), reads.explicit());
    }

    private static PastHeads heads(Latest latest, Reads reads, InstantSource clock) {
        return new PastHeads(latest, reads.fresh(), reads.explicit(), clock);
    }
}
