package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.acceptance.Readme.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which blocks of a document are tried, and with what. */
class ReadmeTest {
    @TempDir
    private Path folder;

    @Test
    void aBlockIsRunWithWhatIsHiddenAroundIt() throws IOException {
        Readme readme = read("""
                Text.
                <!-- test: java
                before();
                -->
                ```java
                shown();
                // prints: one
                ```
                <!-- then
                after();
                // prints: two
                -->
                <!-- test: java -->
                ```java
                alone();
                ```
                More text.
                """);
        assertThat(readme.blocks("java")).hasSize(2);
        Block first = readme.blocks("java").get(0);
        assertThat(first.line()).isEqualTo(2);
        assertThat(first.lines())
                .containsExactly("before();", "shown();", "// prints: one", "after();", "// prints: two");
        assertThat(first.shown()).containsExactly("shown();", "// prints: one");
        assertThat(first.prints()).containsExactly("one", "two");
        assertThat(readme.blocks("java").get(1).lines()).containsExactly("alone();");
    }

    @Test
    void aBlockThatIsNotTriedIsRefused() {
        assertThatThrownBy(() -> read("""
                        <!-- test: java -->
                        ```java
                        tried();
                        ```

                        ```java
                        forgotten();
                        ```
                        """)).hasMessageContaining("text.md:6: a fence that isn't tried");
        assertThatThrownBy(() -> read("""
                        ```yaml
                        octavo.client:
                        ```
                        """)).hasMessageContaining("text.md:1: a fence that isn't tried");
    }

    @Test
    void marksThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> read("<!-- test: perl -->\n```perl\n```\n")).hasMessageContaining("text.md:1");
        assertThatThrownBy(() -> read("<!-- test: java -->\n\n```java\n```\n")).hasMessageContaining("a fence follows");
        assertThatThrownBy(() -> read("<!-- test: java -->\n```java\n")).hasMessageContaining("ends it");
        assertThatThrownBy(() -> read("Nothing.\n").blocks("java")).hasMessageContaining("test: java");
    }

    private Readme read(String text) throws IOException {
        return Readme.read(Files.writeString(folder.resolve("text.md"), text));
    }
}
