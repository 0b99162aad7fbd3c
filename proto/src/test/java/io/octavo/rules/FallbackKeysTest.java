package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FallbackKeysTest {
    private final FallbackKeys keys = new FallbackKeys("fallback");

    @Test
    void theKeysAreAsOtherReadersExpectThem() {
        assertThat(keys.head("prices", 1_700_000_000_000L, 42))
                .isEqualTo("fallback/heads/prices/9223370336854775807/9223372036854775765");
        assertThat(keys.payload(0x0123_4567_89ab_cdefL)).isEqualTo("fallback/payloads/ef/0123456789abcdef");
        assertThat(keys.mark(1_700_000_000_000L)).isEqualTo("fallback/complete/9223370336854775807");
        assertThat(keys.bundle(1_700_000_000_000L, 7)).isEqualTo("fallback/bundles/9223370336854775807/000007");
    }

    @Test
    void theNewestBundlesComeFirst() {
        assertThat(List.of(
                        keys.bundle(2_000, 0),
                        keys.bundle(2_000, 999_999),
                        keys.behindBundles(2_000),
                        keys.bundle(1_999, 0)))
                .isSorted()
                .allMatch(key -> key.startsWith(keys.bundles()));
    }

    @Test
    void theFirstKeyOfATopicIsItsNewestHeads() {
        Seeds.forEach(200, random -> {
            List<FallbackKeys.Position> heads = new ArrayList<>();
            TreeSet<String> listing = new TreeSet<>();
            for (int i = 0; i < 10; i++) {
                long epoch = random.nextInt(3) == 0 ? random.nextLong() & Long.MAX_VALUE : random.nextInt(3);
                long revision = random.nextInt(3) == 0 ? random.nextLong() & Long.MAX_VALUE : random.nextInt(12);
                heads.add(new FallbackKeys.Position("a", epoch, revision));
                listing.add(keys.head("a", epoch, revision));
                listing.add(keys.head("a.b", 9, i));
                listing.add(keys.head("a-b", 9, i));
                listing.add(keys.head("ab", 9, i));
            }
            String first = listing.ceiling(keys.heads("a"));
            assertThat(first).startsWith(keys.heads("a"));
            assertThat(keys.position(first))
                    .isEqualTo(heads.stream()
                            .max(Comparator.comparingLong(FallbackKeys.Position::epoch)
                                    .thenComparingLong(FallbackKeys.Position::revision))
                            .orElseThrow());
            assertThat(listing.higher(keys.behind("a"))).doesNotStartWith(keys.heads("a"));
            assertThat(listing.lower(keys.behind("a"))).startsWith(keys.heads("a"));
        });
    }

    @Test
    void noKeyIsAFolderOfAnother() {
        List<String> all = List.of(
                keys.head("a", 1, 1),
                keys.head("a", 1, 2),
                keys.head("a.b", 1, 1),
                keys.head("0", 0, 0),
                keys.payload(0),
                keys.payload(1),
                keys.bundle(0, 0),
                keys.bundle(1, 0),
                keys.mark(0));
        for (String key : all) {
            assertThat(all).noneMatch(other -> other.startsWith(key + "/"));
        }
    }

    @Test
    void whatAKeySaysCanBeReadFromIt() {
        assertThat(keys.position(keys.head("a.b", 7, 9))).isEqualTo(new FallbackKeys.Position("a.b", 7, 9));
        assertThat(keys.payloadId(keys.payload(-5))).isEqualTo(-5);
        assertThat(keys.markedMillis(keys.mark(77))).isEqualTo(77);
        FallbackKeys.Position position = new FallbackKeys.Position("a", 7, 9);
        assertThat(position.isBefore(7, 10)).isTrue();
        assertThat(position.isBefore(7, 9)).isFalse();
        assertThat(position.isBefore(8, 1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fallback/heads/",
                "fallback/heads/a/1/2",
                "fallback/heads/A/9223370336854775807/9223372036854775765",
                "fallback/heads/a/9223370336854775807/9223372036854775765/1",
                "other/heads/a/9223370336854775807/9223372036854775765",
                "fallback/payloads/ef/0123",
                "fallback/complete/7"
            })
    void whatIsNoKeyIsNotTakenForOne(String key) {
        assertThat(keys.position(key)).isNull();
        assertThat(keys.payloadId(key)).isNull();
        assertThat(keys.markedMillis(key)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/", "/a", "A", "a//b", "..", "a/../b", "payloads", "payloads/a", "a/b/c/d/e"})
    void aPrefixThatWouldMeetOtherObjectsIsRefused(String prefix) {
        assertThatThrownBy(() -> new FallbackKeys(prefix))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("octavo.fallback.prefix: " + prefix);
    }
}
