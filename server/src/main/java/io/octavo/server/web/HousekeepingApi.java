package io.octavo.server.web;

import io.octavo.server.housekeeping.FallbackVerification;
import io.octavo.server.housekeeping.Housekeeping;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What housekeeping nodes serve besides: their tasks, and what is in the fallback caches. Needs a {@link Housekeeping} and
 * a {@link FallbackVerification}.
 */
@Configuration(proxyBeanMethods = false)
public class HousekeepingApi {
    @Bean
    HousekeepingController housekeepingController(Housekeeping housekeeping) {
        return new HousekeepingController(housekeeping);
    }

    @Bean
    FallbackController fallbackController(FallbackVerification verification) {
        return new FallbackController(verification);
    }
}
