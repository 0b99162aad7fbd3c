package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.octavo.rules.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which code the exception has that is thrown in place of a value. */
class WithoutValueTest {
    private final Topics exported = new Topics();
    private final MemoryRegion region = new MemoryRegion("eu", exported);
    private final Harness harness = new Harness(StartConfig.DEFAULT, List.of(region));

    @Test
    void beforeAnybodyHasAnsweredItIsUnavailable() {
        harness.down(OctavoException.passing("away", null));
        assertThat(thrown(started()).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        Harness silent = new Harness(Runnable::run, Runnable::run, Duration.ZERO, request -> new CompletableFuture<>());
        OctavoException early = thrown(silent.subscription().start());
        assertThat(early.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(early).hasMessageContaining("no answer yet");
    }

    @Test
    void whatWasNeverPublishedIsNotFoundWhoeverSaysSo() {
        OctavoException byService = thrown(started());
        assertThat(byService.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
        assertThat(byService).hasMessageContaining("nothing was published for this process");

        exported.publish(TOPIC, "one");
        exported.forgetPublication(TOPIC, 1);
        region.put(exported.head(TOPIC));
        harness.down(OctavoException.passing("away", null));
        OctavoException byFallback = thrown(started());
        assertThat(byFallback.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
        assertThat(byFallback).hasMessageContainingAll("nothing was published for this process", "service: away");
    }

    @Test
    void aRefusedTokenIsSaidWhateverElseFailed() {
        for (ErrorCode code : List.of(ErrorCode.UNAUTHENTICATED, ErrorCode.PERMISSION_DENIED)) {
            harness.down(OctavoException.lasting(code, "the token is not good", null));
            OctavoException e = thrown(started());
            assertThat(e.code()).isEqualTo(code);
            assertThat(e)
                    .hasMessageContainingAll("service: the token is not good", "fallback cache: ", "cache directory: ");
        }
    }

    @Test
    void theLastWordOfTheServiceCounts() {
        harness.down(OctavoException.lasting(ErrorCode.UNAUTHENTICATED, "the token is not good", null));
        Subscription<String> subscription = started();
        assertThat(subscription.state().error())
                .extracting(OctavoException::code)
                .isEqualTo(ErrorCode.UNAUTHENTICATED);
        harness.down(OctavoException.passing("away", null));
        harness.nextPoll();
        assertThat(thrown(subscription).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        harness.down(null);
        harness.nextPoll();
        OctavoException answered = thrown(subscription);
        assertThat(answered.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
        assertThat(answered)
                .hasMessage("no value of topic greeting: nothing was published for this process; no default is given");
    }

    @Test
    void aVersionThatIsKnownAndCannotBeHadTellsWhy() {
        harness.topics.publish(TOPIC, "right");
        harness.topics.corrupt(TOPIC, 1, "wrong".getBytes(StandardCharsets.UTF_8));
        assertThat(thrown(harness.subscription().start()).code()).isEqualTo(ErrorCode.DIGEST_MISMATCH);

        harness.topics.publish("read", "x");
        Subscription<String> unread = harness.<String>subscription("read", payload -> {
                    throw new IllegalArgumentException("by the test");
                })
                .start();
        assertThat(thrown(unread).code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
    }

    @Test
    void aVersionOfTheConfigurationTellsWhatTheServiceSaidOfIt() {
        Harness held =
                new Harness(new StartConfig(null, 10 << 20, 2, List.of(), Map.of(TOPIC, 7L), Duration.ofSeconds(5)));
        OctavoException e = thrown(held.subscription().start());
        assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(e).hasMessageContaining("version 7 of greeting is nowhere");
    }

    /** One that has asked everybody there is. */
    private Subscription<String> started() {
        Subscription<String> subscription = harness.subscription().start();
        harness.timers.advance(Duration.ofSeconds(6));
        return subscription;
    }

    private static OctavoException thrown(Subscription<String> subscription) {
        OctavoException thrown = catchThrowableOfType(OctavoException.class, subscription::get);
        assertThat(thrown).isNotNull();
        return thrown;
    }
}
