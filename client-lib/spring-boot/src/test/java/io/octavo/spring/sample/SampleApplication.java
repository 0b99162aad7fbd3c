package io.octavo.spring.sample;

import io.octavo.client.Subscription;
import io.octavo.spring.OctavoSubscription;
import java.util.Map;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** A shop that knows its prices: all that an application has to say. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SampleApplication {
    /** What is published, as JSON. */
    public record Prices(Map<String, Double> rates) {}

    /** Uses them. */
    public record Shop(Subscription<Prices> prices) {
        /** In euros. */
        public double inEuros(double amount, String currency) {
            return amount / prices.get().rates().getOrDefault(currency, Double.NaN);
        }
    }

    @Bean
    Shop shop(@OctavoSubscription("prices") Subscription<Prices> prices) {
        return new Shop(prices);
    }
}
