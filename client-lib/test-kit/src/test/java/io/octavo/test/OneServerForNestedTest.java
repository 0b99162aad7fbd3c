package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With a static field, and classes in classes. */
@Timeout(30)
class OneServerForNestedTest {
    @RegisterExtension
    static final OctavoExtension OCTAVO = OctavoExtension.inMemory();

    private static @Nullable OctavoTestServer first;

    @BeforeAll
    static void remember() {
        first = OCTAVO.server();
        OCTAVO.server().publish("prices", "one");
    }

    @AfterAll
    static void itRunsToTheEnd() {
        itIsTheSame();
    }

    @Nested
    class Inside {
        @Test
        void theServerIsThere() {
            itIsTheSame();
        }

        @Nested
        class Deeper {
            @Test
            void theServerIsThere() {
                itIsTheSame();
            }
        }
    }

    @Nested
    class Beside {
        @Test
        void theServerIsThere() {
            itIsTheSame();
        }
    }

    private static void itIsTheSame() {
        assertThat(OCTAVO.server()).isSameAs(first);
        assertThat(OCTAVO.client().reads().latest("prices").version()).isEqualTo(1);
    }
}
