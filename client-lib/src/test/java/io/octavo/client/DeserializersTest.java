package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Objects;
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
        Class<?> alone = new WithoutJackson().loadClass(Deserializers.class.getName());
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

    /** Loads the client's classes anew, and knows no Jackson. */
    private static final class WithoutJackson extends ClassLoader {
        WithoutJackson() {
            super(DeserializersTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("tools.jackson") || name.startsWith("com.fasterxml")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.octavo.client.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known == null ? define(name) : known;
        }

        private Class<?> define(String name) {
            try (InputStream in =
                    Objects.requireNonNull(getParent().getResourceAsStream(name.replace('.', '/') + ".class"), name)) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
