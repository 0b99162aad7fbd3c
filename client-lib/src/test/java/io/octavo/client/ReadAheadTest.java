package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that come with what was found in the fallback cache. */
class ReadAheadTest {
    private static final int MOST = 64 << 10;

    private final Topics topics = new Topics();
    private final MemoryRegion region = new MemoryRegion(topics);

    @TempDir
    private Path directory;

    @Test
    void smallPayloadsComeWithTheirHead() {
        byte[] payload = new byte[MOST];
        assertThat(ahead(harness(null), payload, Source.FALLBACK)).isEqualTo(ByteString.copyFrom(payload));
    }

    @Test
    void largeAndEmptyOnesDoNotNorWhatAnotherSourceNames() {
        Harness harness = harness(null);
        assertThat(ahead(harness, new byte[MOST + 1], Source.FALLBACK)).isNull();
        assertThat(ahead(harness, new byte[0], Source.FALLBACK)).isNull();
        assertThat(ahead(harness, new byte[1], Source.DISK)).isNull();
        assertThat(ahead(harness, new byte[1], Source.SERVICE)).isNull();
    }

    @Test
    void whatIsOnThisMachineIsNotReadElsewhere() {
        byte[] payload = {1, 2, 3};
        Harness harness = harness(directory);
        harness.topics.publish(TOPIC, payload, Map.of());
        harness.subscription().start();
        assertThat(ahead(harness, payload, Source.FALLBACK)).isNull();
        assertThat(ahead(harness, new byte[] {4}, Source.FALLBACK)).isNotNull();
    }

    @Test
    void wrongBytesAreNotTaken() {
        Harness harness = harness(null);
        topics.publish(TOPIC, "right");
        topics.corrupt(TOPIC, 1, new byte[] {'w', 'r', 'o', 'n', 'g'});
        region.put(topics.head(TOPIC));
        assertThat(readAhead(harness, Source.FALLBACK)).isNull();
    }

    @Test
    void allTogetherTheyAreBounded() {
        Harness harness = harness(null);
        byte[] payload = new byte[MOST];
        for (int i = 0; i < (64 << 20) / MOST; i++) {
            assertThat(ahead(harness, payload, Source.FALLBACK)).isNotNull();
        }
        assertThat(ahead(harness, payload, Source.FALLBACK)).isNull();
    }

    private Harness harness(@Nullable Path cache) {
        StartConfig start = new StartConfig(cache, 10 << 20, 2, List.of(), Map.of(), Duration.ofSeconds(5));
        Harness[] made = new Harness[1];
        made[0] = new Harness(
                start, List.of(region), request -> CompletableFuture.completedFuture(made[0].topics.answer(request)));
        return made[0];
    }

    /** Of a version with this payload. */
    private @Nullable ByteString ahead(Harness harness, byte[] payload, Source source) {
        topics.publish(TOPIC, payload, Map.of());
        region.put(topics.head(TOPIC));
        return readAhead(harness, source);
    }

    private @Nullable ByteString readAhead(Harness harness, Source source) {
        Consumer consumer = harness.machinery.polls().identity();
        Target target = Target.resolved(region.head(), consumer, source, Instant.EPOCH);
        assertThat(target.record()).isNotNull();
        return harness.machinery.downloads().readAhead(TOPIC, target).bytes();
    }
}
