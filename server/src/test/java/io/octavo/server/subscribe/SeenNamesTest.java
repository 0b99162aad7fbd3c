package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeenNamesTest {
    @Test
    void nameThatComesTwiceIsNoticed() {
        SeenNames names = new SeenNames(3);
        assertThat(names.add("a")).isTrue();
        assertThat(names.add("b")).isTrue();
        assertThat(names.add("a")).isFalse();
    }

    @Test
    void fullSizeIsHeld() {
        SeenNames names = new SeenNames(10_000);
        for (int i = 0; i < 10_000; i++) {
            assertThat(names.add("topic-" + i)).isTrue();
        }
        for (int i = 0; i < 10_000; i++) {
            assertThat(names.add("topic-" + i)).isFalse();
        }
    }

    @Test
    void namesMadeToCollideAreToldApart() {
        // "ab" and "bC" have the same hash code, and so has every chain of them.
        List<String> names = new ArrayList<>(List.of(""));
        for (int length = 0; length < 8; length++) {
            List<String> longer = new ArrayList<>();
            names.forEach(name -> {
                longer.add(name + "ab");
                longer.add(name + "bC");
            });
            names = longer;
        }
        assertThat(names.stream().map(String::hashCode).distinct()).hasSize(1);
        SeenNames seen = new SeenNames(names.size());
        names.forEach(name -> assertThat(seen.add(name)).isTrue());
        names.forEach(name -> assertThat(seen.add(name)).isFalse());
    }
}
