package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class DeserializersTest {
    private final Harness harness = new Harness();

    record Price(String currency, double rate) {}

    @Test
    void jsonIsReadByEitherJacksonAndWhatTheTypeDoesNotHaveIsLeftOut() {
        harness.topics.publish(TOPIC, "{\"currency\":\"USD\",\"rate\":1.5,\"since\":\"2026\"}");
        for (Deserializer<Price> json : List.of(
                Deserializers.json(Price.class), new Jackson2Json<>(Price.class), new Jackson3Json<>(Price.class))) {
            assertThat(harness.subscription(TOPIC, json).start().get()).isEqualTo(new Price("USD", 1.5));
        }
    }

    @Test
    void withoutJacksonJsonIsRefusedAndTheRestWorks() throws Exception {
        Class<?> alone = new Without("tools.jackson", "com.fasterxml").loadClass(Deserializers.class.getName());
        assertThat(alone.getMethod("utf8").invoke(null)).isNotNull();
        assertThatThrownBy(() -> alone.getMethod("json", Class.class).invoke(null, Price.class))
                .isInstanceOf(InvocationTargetException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no Jackson on the class path");
    }

    @Test
    void propertiesAreUtf8() {
        harness.topics.publish(TOPIC, "name=Zürich\n# a comment\nlimit = 7\n");
        Properties properties =
                harness.subscription(TOPIC, Deserializers.properties()).start().get();
        assertThat(properties)
                .containsEntry("name", "Zürich")
                .containsEntry("limit", "7")
                .hasSize(2);
    }
}
