package io.octavo.spring.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import io.octavo.spring.OctavoSubscription;
import io.octavo.spring.sample.SampleApplication.Prices;
import io.octavo.spring.sample.SampleApplication.Shop;
import io.octavo.test.OctavoExtension;
import io.octavo.test.SettableSubscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The real client against the real server in memory, both in this process. */
@Timeout(60)
class SampleApplicationTest {
    @RegisterExtension
    final OctavoExtension octavo = new OctavoExtension();

    @Test
    void pricesAreFollowedAsJson() throws Exception {
        octavo.server().publish("prices", "{\"rates\":{\"USD\":2.0}}");
        try (ConfigurableApplicationContext application = start(SampleApplication.class)) {
            Shop shop = application.getBean(Shop.class);
            shop.prices().awaitValue(Duration.ofSeconds(20));
            assertThat(shop.inEuros(10, "USD")).isEqualTo(5.0);
            octavo.server()
                    .publish("prices", "region=eu", "{\"rates\":{\"USD\":4.0}}".getBytes(StandardCharsets.UTF_8));
            await().until(() -> shop.inEuros(10, "USD") == 2.5);
            MeterRegistry meters = application.getBean(MeterRegistry.class);
            assertThat(meters.get("octavo.client.polls")
                            .tag("outcome", "answered")
                            .counter()
                            .count())
                    .isPositive();
            await().untilAsserted(() -> assertThat(meters.get("octavo.client.subscription.source")
                            .tags("topic", "prices", "source", "SERVICE")
                            .gauge()
                            .value())
                    .isEqualTo(1));
            assertThat(meters.get("octavo.client.subscription.age")
                            .tag("topic", "prices")
                            .timeGauge()
                            .value(TimeUnit.SECONDS))
                    .isBetween(0.0, 60.0);
        }
    }

    @Test
    void theApplicationIsReadyOnceAllItNeedsHasAValueAndStaysSo() {
        try (ConfigurableApplicationContext application = start(SampleApplication.class, Optional.class)) {
            assertThat(status(application, "readiness")).isEqualTo(Status.DOWN);
            assertThat(status(application, "liveness")).isEqualTo(Status.UP);
            assertThat(status(application)).isEqualTo(Status.UP);
            octavo.server().publish("prices", "{\"rates\":{}}");
            await().until(() -> status(application, "readiness").equals(Status.UP));
            octavo.server().stop();
            assertThat(status(application, "readiness")).isEqualTo(Status.UP);
        }
    }

    @Test
    void whatTheClientBeanSubscribesToCountsUnlessItIsOptional() {
        octavo.server().publish("prices", "{\"rates\":{}}");
        try (ConfigurableApplicationContext application = start(SampleApplication.class)) {
            await().until(() -> status(application, "readiness").equals(Status.UP));
            OctavoClient client = application.getBean(OctavoClient.class);
            client.subscription("extra", Deserializers.utf8()).optional().start();
            assertThat(status(application, "readiness")).isEqualTo(Status.UP);
            client.subscription("weights", Deserializers.utf8()).start();
            assertThat(status(application, "readiness")).isEqualTo(Status.DOWN);
            assertThat(status(application)).isEqualTo(Status.UP);
            octavo.server().publish("weights", "1");
            await().until(() -> status(application, "readiness").equals(Status.UP));
        }
    }

    @Test
    void whatOneCanDoWithoutAndAnotherNeedsIsNeeded() throws Exception {
        octavo.server().publish("prices", "{\"rates\":{}}");
        try (ConfigurableApplicationContext application =
                start(SampleApplication.class, Optional.class, Needed.class)) {
            application.getBean("shop", Shop.class).prices().awaitValue(Duration.ofSeconds(20));
            assertThat(status(application, "readiness")).isEqualTo(Status.DOWN);
        }
    }

    @Test
    void whoAsksForTheSameSharesIt() {
        try (ConfigurableApplicationContext application = start(SampleApplication.class, Shared.class)) {
            Shop other = application.getBean("other", Shop.class);
            assertThat(other.prices())
                    .isSameAs(application.getBean("shop", Shop.class).prices());
        }
    }

    @Test
    void aSubscriptionOfTheApplicationGoesFirst() {
        try (ConfigurableApplicationContext application = start(SampleApplication.class, Settable.class)) {
            assertThat(application.getBean(Shop.class).inEuros(3, "USD")).isEqualTo(1.0);
        }
    }

    @Test
    void theClientIsClosedWithTheApplication() {
        OctavoClient client;
        try (ConfigurableApplicationContext application = start(SampleApplication.class)) {
            client = application.getBean(OctavoClient.class);
        }
        assertThatThrownBy(() -> client.reads().latest("prices")).hasMessageContaining("closed");
    }

    private static Status status(ConfigurableApplicationContext application, String... path) {
        return Objects.requireNonNull(application.getBean(HealthEndpoint.class).healthForPath(path))
                .getStatus();
    }

    private ConfigurableApplicationContext start(Class<?>... sources) {
        String address = octavo.server().address();
        return new SpringApplicationBuilder(sources)
                .web(WebApplicationType.NONE)
                .run(
                        "--octavo.client.subscribe-endpoints=" + address,
                        "--octavo.client.publish-endpoints=" + address,
                        "--octavo.client.region=eu",
                        "--octavo.client.app=shop",
                        "--management.endpoint.health.probes.enabled=true",
                        "--logging.level.root=WARN",
                        "--spring.main.banner-mode=off");
    }

    /** Asks for something that nobody publishes, and doesn't need it. */
    @Configuration(proxyBeanMethods = false)
    static class Optional {
        @Bean
        Object optional(@OctavoSubscription(value = "never", required = false) Subscription<String> never) {
            return never.topic();
        }
    }

    /** Needs what another one can do without. */
    @Configuration(proxyBeanMethods = false)
    static class Needed {
        @Bean
        Object needed(@OctavoSubscription("never") Subscription<String> never) {
            return never.topic();
        }
    }

    /** Asks for the same. */
    @Configuration(proxyBeanMethods = false)
    static class Shared {
        @Bean
        Shop other(@OctavoSubscription("prices") Subscription<Prices> prices) {
            return new Shop(prices);
        }
    }

    /** Brings one of its own. */
    @Configuration(proxyBeanMethods = false)
    static class Settable {
        @Bean
        Subscription<Prices> prices() {
            return SettableSubscription.of("prices", new Prices(Map.of("USD", 3.0)));
        }
    }
}
