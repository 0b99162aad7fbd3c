package io.octavo.server.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChangeAnnouncerTest {
    private static final TopicHead HEAD =
            TopicHead.newBuilder().setTopic("a").setRevision(3).build();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> announced = new ArrayList<>();

    @Test
    void aChangeIsInTheFeedWhenTheCallReturns() {
        try (ChangeAnnouncer announcer = announcer(feed(0), Duration.ofSeconds(30))) {
            announcer.announce(HEAD);
        }
        assertThat(announced).containsExactly("a@3");
    }

    @Test
    void aFeedThatFailsIsTriedAgain() {
        try (ChangeAnnouncer announcer = announcer(feed(3), Duration.ofSeconds(30))) {
            announcer.announce(HEAD);
        }
        assertThat(announced).containsExactly("a@3");
        assertThat(meters.counter("octavo.changes.lost").count()).isZero();
    }

    @Test
    void aFeedThatIsAwayIsCountedAndDisturbsNobody() {
        try (ChangeAnnouncer announcer = announcer(feed(Integer.MAX_VALUE), Duration.ofSeconds(30))) {
            announcer.announce(HEAD);
        }
        assertThat(announced).isEmpty();
        assertThat(meters.counter("octavo.changes.lost").count()).isEqualTo(1);
    }

    @Test
    void aFeedThatHangsIsWaitedForAMomentOnly() {
        CountDownLatch hang = new CountDownLatch(1);
        ChangeFeed hanging = new ChangeFeed() {
            @Override
            public void append(String topic, long revision) {
                try {
                    if (!hang.await(1, TimeUnit.MINUTES)) {
                        throw new IllegalStateException("nobody let go");
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public List<Change> read(long bucket) {
                return List.of();
            }
        };
        try (ChangeAnnouncer announcer = announcer(hanging, Duration.ofMillis(20))) {
            announcer.announce(HEAD);
            assertThat(hang.getCount()).isEqualTo(1);
            hang.countDown();
        }
    }

    private ChangeAnnouncer announcer(ChangeFeed feed, Duration wait) {
        return new ChangeAnnouncer(feed, BoundedPatience.within(Duration.ofMillis(100)), wait, meters);
    }

    private ChangeFeed feed(int failures) {
        AtomicInteger left = new AtomicInteger(failures);
        return new ChangeFeed() {
            @Override
            public void append(String topic, long revision) {
                if (left.getAndDecrement() > 0) {
                    throw ServiceException.unavailable("away", Duration.ZERO, null);
                }
                announced.add(topic + "@" + revision);
            }

            @Override
            public List<Change> read(long bucket) {
                return List.of();
            }
        };
    }
}
