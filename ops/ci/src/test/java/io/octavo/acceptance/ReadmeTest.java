package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.acceptance.Readme.Block;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

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

    @Test
    void dependenciesThatAreShownAreWhatIsBuilt() throws Exception {
        Path root = Path.of("../..");
        Set<String> built = new HashSet<>();
        for (String module : List.of("client-lib", "client-lib/test-kit", "client-lib/spring-boot")) {
            Document pom = parse(Files.readString(root.resolve(module).resolve("pom.xml")));
            built.add(coordinates((Element) pom.getElementsByTagName("parent").item(0), artifact(pom)));
        }
        Set<String> shown = new HashSet<>();
        for (String document : List.of("README.md", "docs/java-client.md")) {
            for (Block block : Readme.read(root.resolve(document)).blocks("dependency")) {
                Element dependency = parse(String.join("\n", block.shown())).getDocumentElement();
                shown.add(coordinates(dependency, text(dependency, "artifactId")));
            }
        }
        assertThat(shown).isEqualTo(built);
    }

    /** Group and version of the one, artifact of the other. */
    private static String coordinates(Element groupAndVersion, String artifact) {
        return text(groupAndVersion, "groupId") + ":" + artifact + ":" + text(groupAndVersion, "version");
    }

    /** The artifact that a module makes: the first of its own, after that of its parent. */
    private static String artifact(Document pom) {
        return pom.getElementsByTagName("artifactId").item(1).getTextContent();
    }

    private static String text(Element element, String name) {
        return element.getElementsByTagName(name).item(0).getTextContent();
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private Readme read(String text) throws IOException {
        return Readme.read(Files.writeString(folder.resolve("text.md"), text));
    }
}
