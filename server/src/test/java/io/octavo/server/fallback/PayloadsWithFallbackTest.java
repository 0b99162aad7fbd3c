package io.octavo.server.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.payload.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PayloadsWithFallbackTest {
    private static final ByteString ONE = ByteString.copyFromUtf8("one");
    private static final ByteString TWO = ByteString.copyFromUtf8("two");

    private final InMemoryObjects eu = new InMemoryObjects("eu", () -> Instant.EPOCH);
    private final FallbackCache fallback = new FallbackCache(List.of(eu), new FallbackConfig("fallback", 1));
    private final InMemoryDirectPayloads memory = new InMemoryDirectPayloads();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private boolean away;
    private int asked;
    private final DirectPayloads store = new DirectPayloads() {
        @Override
        public void store(long payloadId, ByteString bytes) {
            memory.store(payloadId, bytes);
        }

        @Override
        public ByteString read(long payloadId) {
            asked++;
            if (away) {
                throw ServiceException.unavailable("the metadata store is away", Duration.ofSeconds(2), null);
            }
            return memory.read(payloadId);
        }

        @Override
        public boolean has(long payloadId) {
            return memory.has(payloadId);
        }

        @Override
        public void delete(long payloadId) {
            memory.delete(payloadId);
        }
    };
    private final PayloadsWithFallback payloads = new PayloadsWithFallback(store, fallback, nanos::get);

    @Test
    void theStoreIsAskedWhileItAnswers() {
        memory.store(1, ONE);
        fallback.regions().get(0).createPayload(1, TWO, Origin.exported("topic", 1));
        assertThat(payloads.read(1)).isEqualTo(ONE);
        assertThatThrownBy(() -> payloads.read(2)).isInstanceOf(MissingPayload.class);
    }

    @Test
    void theFallbackCacheIsAskedWhileTheStoreIsAway() {
        fallback.regions().get(0).createPayload(1, ONE, Origin.exported("topic", 1));
        away = true;
        assertThat(payloads.read(1)).isEqualTo(ONE);
        assertThatThrownBy(() -> payloads.read(2))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessage("the metadata store is away");
        eu.away(true);
        assertThatThrownBy(() -> payloads.read(1)).hasMessage("the metadata store is away");
    }

    @Test
    void forSomeSecondsNobodyWaitsForAStoreThatHasJustFailed() {
        fallback.regions().get(0).createPayload(1, ONE, Origin.exported("topic", 1));
        away = true;
        payloads.read(1);
        payloads.read(1);
        assertThat(asked).isEqualTo(1);
        away = false;
        memory.store(1, ONE);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
        payloads.read(1);
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void whatTheFallbackCacheLacksIsAskedOfTheStoreAtOnce() {
        fallback.regions().get(0).createPayload(1, ONE, Origin.exported("topic", 1));
        away = true;
        payloads.read(1);
        away = false;
        memory.store(2, TWO);
        assertThat(payloads.read(2)).isEqualTo(TWO);
    }
}
