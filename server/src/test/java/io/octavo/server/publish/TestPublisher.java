package io.octavo.server.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A publisher whose stores are in memory, and what is published with it. */
final class TestPublisher {
    final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    final MemoryPayloads payloads = new MemoryPayloads();
    final TopicCommits commits = TestCommits.of(log, Duration.ofMillis(200));
    final Publisher publisher = publisher(2, true);

    Published publish(Orders orders, String text) {
        return publisher.publish(orders.order(), body(text));
    }

    Publisher publisher(int inFlight, boolean autoCreate) {
        return publisher(payloads, inFlight, autoCreate);
    }

    /** One with another intake of payloads. */
    Publisher publisher(PayloadIntake intake) {
        return publisher(intake, 2, true);
    }

    /** One during whose payloads something else happens. */
    Publisher publisher(Runnable meanwhile) {
        PayloadIntake intake = new PayloadIntake() {
            @Override
            public Stored store(String topic, InputStream body, Announced announced) {
                meanwhile.run();
                return payloads.store(topic, body, announced);
            }

            @Override
            public void discard(Stored stored) {
                payloads.discard(stored);
            }
        };
        return publisher(intake);
    }

    private Publisher publisher(PayloadIntake intake, int inFlight, boolean autoCreate) {
        PublishConfig config = new PublishConfig(inFlight, Duration.ofSeconds(5));
        return new Publisher(log, commits, intake, config, new TopicsConfig(autoCreate), TestChecks.CHECKS);
    }

    static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    static InputStream body(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    static InputStream unreadable() {
        return new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("the body was read");
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                return read();
            }
        };
    }
}
