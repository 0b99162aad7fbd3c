package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store of small objects must do. */
abstract class SmallObjectsContract {
    /** An empty one. */
    abstract SmallObjects objects();

    @Test
    void whatWasMadeIsReadAndStaysAsItIs() {
        SmallObjects objects = objects();
        assertThat(objects.create("one/a/1", bytes("first"))).isTrue();
        assertThat(objects.create("one/a/1", bytes("second"))).isFalse();
        assertThat(objects.read("one/a/1")).isEqualTo(bytes("first"));
        assertThat(objects.read("one/a/2")).isNull();
        byte[] large = new byte[(1 << 20) - 1];
        large[large.length - 1] = 7;
        assertThat(objects.create("one/a/large", large)).isTrue();
        assertThat(objects.read("one/a/large")).isEqualTo(large);
    }

    @Test
    void ofManyWhoMakeTheSameObjectOneDoes() throws Exception {
        SmallObjects objects = objects();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> made = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String text = "writer " + i;
                made.add(threads.submit(() -> objects.create("race/1", bytes(text))));
            }
            int winner = -1;
            for (int i = 0; i < 8; i++) {
                if (made.get(i).get()) {
                    assertThat(winner).isEqualTo(-1);
                    winner = i;
                }
            }
            assertThat(objects.read("race/1")).isEqualTo(bytes("writer " + winner));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void objectsAreListedInTheOrderOfTheirKeysAPageAtATime() {
        SmallObjects objects = objects();
        List<String> keys = List.of("l/a-b/1", "l/a.b/1", "l/a/1/1", "l/a/1/2", "l/a/2/1", "l/ab/1");
        for (int i = keys.size() - 1; i >= 0; i--) {
            objects.create(keys.get(i), bytes("x"));
        }
        objects.create("m/a/1", bytes("x"));
        assertThat(keys(objects.list("l/", "", 1000))).isEqualTo(keys);
        assertThat(keys(objects.list("l/a/", "", 1))).containsExactly("l/a/1/1");
        assertThat(keys(objects.list("l/a/", "", 1000))).containsExactly("l/a/1/1", "l/a/1/2", "l/a/2/1");
        assertThat(keys(objects.list("l/", "l/a/1/1", 2))).containsExactly("l/a/1/2", "l/a/2/1");
        assertThat(keys(objects.list("l/", "l/a/~", 1000))).containsExactly("l/ab/1");
        assertThat(objects.list("n/", "", 1000)).isEmpty();
    }

    @Test
    void anObjectTellsWhenItWasMade() {
        SmallObjects objects = objects();
        objects.create("t/1", bytes("x"));
        Instant modified = objects.list("t/", "", 1).get(0).modified();
        assertThat(Duration.between(modified, now())).isBetween(Duration.ofMinutes(-1), Duration.ofMinutes(1));
    }

    @Test
    void anObjectSaysOfItselfWhatItWasToldTo() {
        SmallObjects objects = objects();
        Origin full = new Origin("an-installation", "a.topic-1", 7, Instant.parse("2026-03-01T12:00:00.123Z"));
        Origin exported = Origin.exported("b", 1);
        objects.create("o/1", bytes("x"), full);
        objects.create("o/2", bytes("x"), exported);
        objects.create("o/3", bytes("x"));
        assertThat(objects.origin("o/1")).isEqualTo(full);
        assertThat(objects.origin("o/2")).isEqualTo(exported);
        assertThat(objects.origin("o/3")).isNull();
        assertThat(objects.origin("o/4")).isNull();
    }

    @Test
    void whatIsDeletedIsGoneAndTheRestStays() {
        SmallObjects objects = objects();
        List<String> keys =
                IntStream.range(0, 30).mapToObj(i -> "d/a/" + (100 + i)).toList();
        keys.forEach(key -> objects.create(key, bytes(key)));
        objects.delete(keys.subList(0, 20));
        objects.delete(keys.subList(10, 20));
        objects.delete(List.of());
        assertThat(keys(objects.list("d/", "", 1000))).isEqualTo(keys.subList(20, 30));
        objects.delete(keys);
        assertThat(objects.list("d/", "", 1000)).isEmpty();
        assertThat(objects.create(keys.get(0), bytes("again"))).isTrue();
    }

    /** By the store's clock, about. */
    abstract Instant now();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> keys(List<SmallObjects.Listed> listed) {
        return listed.stream().map(SmallObjects.Listed::key).toList();
    }
}
