package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BoundsTest {
    private final OctavoClientBuilder builder = OctavoClient.builder();

    @Test
    void wrongValuesAreNamedWithWhatWasExpected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.pollInterval(Duration.ofMillis(1)))
                .withMessage("pollInterval: PT0.001S (expected: from PT0.1S to PT1H)");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.requestTimeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.transferTimeout(Duration.ofDays(2)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.concurrentLoads(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.region("a b"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.app("a,b"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.cluster("*"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.instance(" "));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.who(""));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.server(URI.create("octavo.example:8080")));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.server(URI.create("ftp://octavo.example")));
    }

    @Test
    void endpointsAreHostAndPort() {
        builder.subscribeEndpoints(List.of("localhost:1", "my_host.example:9090", "[::1]:65535", "https://a:1"));
        for (String wrong :
                List.of("", "localhost", "localhost:", "localhost:0", "localhost:65536", "http://a:1", "a:b:1")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.publishEndpoints(List.of(wrong)))
                    .withMessageEndingWith("(expected: host:port, or https://host:port where it is to be TLS)");
        }
    }

    @Test
    void anEndpointTellsWhetherItIsTls() {
        assertThat(Bounds.isTls("https://a:1")).isTrue();
        assertThat(Bounds.host("https://a:1")).isEqualTo("a");
        assertThat(Bounds.port("https://a:1")).isEqualTo(1);
        assertThat(Bounds.isTls("a:1")).isFalse();
        assertThat(Bounds.host("a:1")).isEqualTo("a");
    }

    @Test
    void authoritiesThatAreNotThereAreRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.trust(Path.of("no-such-file.pem")))
                .withMessageStartingWith("trust: no-such-file.pem");
    }

    @Test
    void aClientMustKnowWhereTheServiceIs() {
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith("server: none");
        try (OctavoClient subscriber =
                builder.subscribeEndpoints(List.of("localhost:1")).build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> subscriber.publish("topic"))
                    .withMessageStartingWith("publishEndpoints: none");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> subscriber.subscription("No Topic", Deserializers.utf8()))
                    .withMessageStartingWith("topic: No Topic");
        }
    }

    @Test
    void whatIsConfiguredIsKept() {
        ClientConfig config = builder.server(URI.create("http://localhost:8080"))
                .region("eu")
                .app("recs")
                .cluster("blue")
                .instance("one")
                .who("me@home")
                .concurrentLoads(3)
                .cacheDirectory(Path.of("work"))
                .metrics(ClientMetrics.NONE)
                .pollInterval(Duration.ofSeconds(5))
                .requestTimeout(Duration.ofSeconds(2))
                .transferTimeout(Duration.ofSeconds(3))
                .config();
        Identity identity = new Identity(config, () -> "unused");
        assertThat(identity.consumer().getRegion()).isEqualTo("eu");
        assertThat(identity.consumer().getApp()).isEqualTo("recs");
        assertThat(identity.consumer().getCluster()).isEqualTo("blue");
        assertThat(identity.consumer().getInstance()).isEqualTo("one");
        assertThat(identity.who()).isEqualTo("me@home");
        assertThat(config.limits().pollPeriod()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.limits().request()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.limits().transfer()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.concurrentLoads()).isEqualTo(3);
    }

    @Test
    void theInstanceIsTheHostNameUnlessNamed() {
        ClientConfig config =
                builder.server(URI.create("http://localhost:8080")).config();
        Identity identity = new Identity(config, () -> "this-host");
        assertThat(identity.consumer().getInstance()).isEqualTo("this-host");
        assertThat(identity.who()).endsWith("@this-host");
        assertThat(HostName.find(Map.of("HOSTNAME", "named"))).isEqualTo("named");
        assertThat(HostName.find(Map.of())).isNotEmpty();
    }

    @Test
    void backOffDoublesUpToItsBound() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
        Random random = new Random(1);
        assertThat(backoff.after(1, random)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        assertThat(backoff.after(3, random)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(backoff.after(1000, random)).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
    }
}
