package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.MethodOrderer.MethodName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With a static field. */
@Timeout(30)
@TestMethodOrder(MethodName.class)
class OneServerForAllTest {
    @RegisterExtension
    static final OctavoExtension OCTAVO = new OctavoExtension();

    @Test
    void atFirstSomethingIsPublished() {
        assertThat(OCTAVO.server().publish("prices", "one")).isEqualTo(1);
    }

    @Test
    void laterItIsStillThere() {
        assertThat(OCTAVO.client().reads().latest("prices").version()).isEqualTo(1);
    }
}
