package io.octavo.server.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.protocol.Consumer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;

@Timeout(20)
class HeldAnswersTest {
    @Test
    void whatKeepsAnAnswerFromBeingMadeIsTheAnswer() {
        Error broken = new StackOverflowError("of a document");
        CompletableFuture<Void> changed = new CompletableFuture<>();
        try (HeldAnswers held = new HeldAnswers((topic, consumer, version, atMost) -> changed)) {
            DeferredResult<ResponseEntity<?>> answer = requireNonNull(
                    held.hold("t", Consumer.getDefaultInstance(), 1, Duration.ofSeconds(30), () -> {
                        throw broken;
                    }));
            assertThat(answer.hasResult()).isFalse();
            changed.complete(null);
            await().until(answer::hasResult);
            assertThat(answer.getResult()).isSameAs(broken);
        }
    }
}
