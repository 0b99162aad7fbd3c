package io.octavo.server.web;

import io.octavo.server.housekeeping.Housekeeping;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What housekeeping nodes serve besides: their tasks. Needs a {@link Housekeeping}. */
@Configuration(proxyBeanMethods = false)
public class HousekeepingApi {
    @Bean
    HousekeepingController housekeepingController(Housekeeping housekeeping) {
        return new HousekeepingController(housekeeping);
    }
}
