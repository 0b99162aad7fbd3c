package io.octavo.server.web;

import io.octavo.server.housekeeping.FallbackVerification;
import io.octavo.server.housekeeping.Housekeeping;
import io.octavo.server.housekeeping.LogRestore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What housekeeping nodes serve besides: their tasks, what is in the fallback caches, and putting the log right after a
 * restore. Needs a {@link Housekeeping}, a {@link FallbackVerification} and a {@link LogRestore}.
 */
@Configuration(proxyBeanMethods = false)
public class HousekeepingApi {
    @Bean
    HousekeepingController housekeepingController(Housekeeping housekeeping) {
        return new HousekeepingController(housekeeping);
    }

    @Bean
    RestoreController restoreController(LogRestore restore) {
        return new RestoreController(restore);
    }

    @Bean
    FallbackController fallbackController(FallbackVerification verification) {
        return new FallbackController(verification);
    }
}
