package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoException;
import io.octavo.client.Subscription;
import io.octavo.rules.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What holds in memory, where this runs as it is, on the real stores, where {@code GuideIT} of ops/ci runs it, and of a fake. */
@Timeout(60)
class EitherServerTest {
    private static final String TOPIC = "kit.prices";

    @RegisterExtension
    final OctavoExtension octavo = extension();

    OctavoExtension extension() {
        return new OctavoExtension();
    }

    @Test
    void subscribersFollowWhatOperatorsDo() throws Exception {
        OctavoTestServer server = octavo.server();
        Heard heard = new Heard();
        long one = server.publish(TOPIC, "one");
        try (OctavoClient eu =
                        server.client().region("eu").app("shop").instance("a").build();
                Subscription<String> prices = eu.subscription(TOPIC, Deserializers.utf8())
                        .listener(heard)
                        .start()) {
            assertThat(heard.next()).isEqualTo("one");
            assertThat(server.publish(TOPIC, "two")).isEqualTo(one + 1);
            assertThat(heard.next()).isEqualTo("two");
            server.rollback(TOPIC);
            assertThat(heard.next()).isEqualTo("one");
            server.liftQuarantine(TOPIC, one + 1);
            server.unpin(TOPIC, "*");
            assertThat(heard.next()).isEqualTo("two");
            server.pin(TOPIC, "region=eu,app=shop", one);
            assertThat(heard.next()).isEqualTo("one");
            server.unpin(TOPIC, "region=eu,app=shop");
            assertThat(heard.next()).isEqualTo("two");
            server.publish(TOPIC, "region=us", "three".getBytes(StandardCharsets.UTF_8));
            server.rollback(TOPIC, "region=eu", one);
            assertThat(heard.next()).isEqualTo("one");
            assertThat(prices.current().version()).isEqualTo(one);
        }
    }

    @Test
    void aVersionMarkedAsBadIsGivenToNobody() {
        long one = octavo.server().publish(TOPIC, "one");
        long two = octavo.server().publish(TOPIC, "two");
        octavo.server().quarantine(TOPIC, two);
        assertThat(octavo.client().reads().latest(TOPIC).version()).isEqualTo(one);
        octavo.server().liftQuarantine(TOPIC, two);
        assertThat(octavo.client().reads().latest(TOPIC).version()).isEqualTo(two);
    }

    @Test
    void eachTestBeginsWithoutTheTopicsOfTheOthers() throws Exception {
        octavo.server().claim(TOPIC, "kit.made.by.client");
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> octavo.client().reads().latest("kit.made.by.client"));
        octavo.client().publish("kit.made.by.client").string("one");
        try (Subscription<String> none = octavo.client()
                .subscription(TOPIC, Deserializers.utf8())
                .defaultIfUnpublished("nothing")
                .start()) {
            assertThat(none.awaitValue(Duration.ofSeconds(20))).isEqualTo("nothing");
        }
    }

    @Test
    void refusalsAreTheSame() {
        long one = octavo.server().publish(TOPIC, "one");
        octavo.server().pin(TOPIC, "*", one);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> octavo.server().quarantine(TOPIC, one))
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.PINNED));
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> octavo.server().unpin(TOPIC, "region=eu"))
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.PIN_NOT_FOUND));
        assertThatIllegalArgumentException().isThrownBy(() -> octavo.server().pin(TOPIC, "planet=mars", one));
        assertThatIllegalArgumentException().isThrownBy(() -> octavo.server().rollback(TOPIC, "*", one));
    }
}
