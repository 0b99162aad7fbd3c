package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLinks;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.MissingPayload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SmallPayloadsTest {
    private final MapPayloads source = new MapPayloads();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Deque<Runnable> fills = new ArrayDeque<>();

    @Test
    void missIsFilledOnceAndLater() {
        SmallPayloads payloads = new SmallPayloads(source, 10_000, fills::add, meters);
        assertThat(payloads.ifThere(part(1))).isNull();
        assertThat(payloads.ifThere(part(1))).isNull();
        assertThat(source.reads()).isZero();
        assertThat(fills).hasSize(1);
        fills.remove().run();
        assertThat(payloads.ifThere(part(1))).isEqualTo(TestHeads.payload(1));
        assertThat(source.reads()).isEqualTo(1);
        assertThat(lookUps("miss")).isEqualTo(2);
        assertThat(lookUps("hit")).isEqualTo(1);
    }

    @Test
    void fillThatFailsIsTriedAgainByTheNextWhoAsks() {
        SmallPayloads payloads = new SmallPayloads(source, 10_000, fills::add, meters);
        source.away(true);
        payloads.ifThere(part(1));
        fills.remove().run();
        assertThat(payloads.ifThere(part(1))).isNull();
        source.away(false);
        fills.remove().run();
        assertThat(payloads.ifThere(part(1))).isNotNull();
    }

    @Test
    void fillsThatAreTooManyAreLeftOut() {
        SmallPayloads payloads = new SmallPayloads(
                source,
                10_000,
                task -> {
                    throw new RejectedExecutionException("full");
                },
                meters);
        assertThat(payloads.ifThere(part(1))).isNull();
        assertThat(payloads.ifThere(part(1))).isNull();
        assertThat(payloads.read(part(1))).isEqualTo(TestHeads.payload(1));
        assertThat(payloads.ifThere(part(1))).isNotNull();
    }

    @Test
    void memoryIsBoundedByWeight() {
        SmallPayloads payloads = new SmallPayloads(source, 10_000, fills::add, meters);
        for (long id = 1; id <= 100; id++) {
            source.put(id, ByteString.copyFrom(new byte[800]));
            payloads.read(part(id));
        }
        long there = 0;
        for (long id = 1; id <= 100; id++) {
            there += payloads.ifThere(part(id)) == null ? 0 : 1;
        }
        assertThat(there).isBetween(1L, 10L);
    }

    @Test
    void failuresReachTheReaderAndAreNotRemembered() {
        SmallPayloads payloads = new SmallPayloads(source, 10_000, fills::add, meters);
        assertThatThrownBy(() -> payloads.read(part(MapPayloads.LOST))).isInstanceOf(MissingPayload.class);
        source.away(true);
        assertThatThrownBy(() -> payloads.read(part(1))).isInstanceOf(ServiceException.class);
        source.away(false);
        assertThat(payloads.read(part(1))).isEqualTo(TestHeads.payload(1));
    }

    @Test
    void readersOfOnePayloadShareOneRead() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        PayloadSource slow = new PayloadSource() {
            @Override
            public ByteString direct(Part part) {
                reads.incrementAndGet();
                reading.countDown();
                await(goOn);
                return TestHeads.payload(1);
            }

            @Override
            public boolean isMissing(Part part) {
                return false;
            }

            @Override
            public PayloadLinks links(Part part, String region) {
                return PayloadLinks.getDefaultInstance();
            }
        };
        SmallPayloads payloads = new SmallPayloads(slow, 10_000, fills::add, meters);
        ExecutorService readers = Executors.newFixedThreadPool(4);
        try {
            List<Future<ByteString>> bytes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                bytes.add(readers.submit(() -> payloads.read(part(1))));
            }
            await(reading);
            // A poll that comes by meanwhile neither waits nor reads.
            assertThat(payloads.ifThere(part(1))).isNull();
            assertThat(fills).isEmpty();
            goOn.countDown();
            for (Future<ByteString> one : bytes) {
                assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo(TestHeads.payload(1));
            }
            assertThat(reads).hasValue(1);
        } finally {
            goOn.countDown();
            readers.shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Part part(long id) {
        return TestHeads.direct(id).getParts(0);
    }

    private double lookUps(String outcome) {
        return meters.counter("octavo.poll.payloads", "outcome", outcome).count();
    }
}
