package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextCommandsTest {
    @TempDir
    Path folder = Path.of("");

    private final TestServer one = new TestServer().on("GET /api/v1/topics", TestServer.json(200, "{\"topics\":[]}"));
    private final TestServer other = new TestServer().on("GET /api/v1/topics", TestServer.json(200, "{\"topics\":[]}"));

    @AfterEach
    void stop() {
        one.close();
        other.close();
    }

    private Run run() {
        return new Run().environment("OCTAVO_CONFIG", folder.resolve("config").toString());
    }

    private Path file() {
        return folder.resolve("config/contexts.json");
    }

    private void add(String name, TestServer server, String... more) {
        Run run = run();
        String[] words = Stream.concat(Stream.of("context", "add", name, "--server", server.address()), Stream.of(more))
                .toArray(String[]::new);
        assertThat(run.status(words)).as(run.err()).isZero();
    }

    private String secret(String text) throws IOException {
        return Files.writeString(folder.resolve("token-" + text.strip()), text).toString();
    }

    @Test
    void theFirstContextIsInUseUntilAnotherIs() {
        Run first = run();
        assertThat(first.status("context", "add", "one", "--server", one.address()))
                .isZero();
        assertThat(first.out()).isEqualTo("Added context one for " + one.address() + ", in use\n");
        Run second = run();
        assertThat(second.status("context", "add", "other", "--server", other.address()))
                .isZero();
        assertThat(second.out()).endsWith("; use it with: octavo context use other\n");
        assertThat(run().status("topics")).isZero();
        assertThat(one.requests()).hasSize(1);

        Run use = run();
        assertThat(use.status("context", "use", "other")).isZero();
        assertThat(use.out()).isEqualTo("Using context other for " + other.address() + "\n");
        assertThat(run().status("topics")).isZero();
        assertThat(other.requests()).hasSize(1);
    }

    @Test
    void theServerIsTheOptionsElseTheChosenContextsElseTheVariablesElseThatInUse() {
        add("one", one);
        add("other", other);
        String nowhere = "http://nowhere.invalid";
        assertThat(run().environment("OCTAVO_SERVER", nowhere).status("topics", "--context", "other"))
                .isZero();
        assertThat(other.requests()).hasSize(1);
        assertThat(run().environment("OCTAVO_SERVER", other.address()).status("topics"))
                .isZero();
        assertThat(other.requests()).hasSize(2);
        assertThat(run().status("topics", "--server", other.address(), "--context", "one"))
                .isZero();
        assertThat(other.requests()).hasSize(3);
        assertThat(one.requests()).isEmpty();
    }

    @Test
    void aTokenIsReadFromItsFileAndGoesToItsServerOnly() throws IOException {
        add("one", one, "--token-file", secret("t-one\n"));
        add("other", other);
        assertThat(run().status("topics")).isZero();
        assertThat(run().environment("OCTAVO_TOKEN", "t-env").status("topics")).isZero();
        assertThat(run().environment("OCTAVO_TOKEN", "t-env").status("topics", "--context", "one"))
                .isZero();
        assertThat(run().status("topics", "--token", "t-given")).isZero();
        assertThat(one.requests().stream().map(request -> request.header("Authorization")))
                .containsExactly("Bearer t-one", "Bearer t-env", "Bearer t-one", "Bearer t-given");
        assertThat(run().status("topics", "--server", other.address())).isZero();
        assertThat(run().environment("OCTAVO_SERVER", other.address()).status("topics"))
                .isZero();
        assertThat(run().status("topics", "--context", "other")).isZero();
        assertThat(other.requests())
                .hasSize(3)
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).isNull());
    }

    @Test
    void noTokenIsKeptOrPrinted() throws IOException {
        add("one", one, "--token-file", secret("t-one"));
        Run list = run();
        assertThat(list.status("context")).isZero();
        assertThat(list.out())
                .startsWith(" IN USE  NAME  SERVER ")
                .contains(" *       one   " + one.address())
                .contains("token-t-one")
                .doesNotContain(" t-one");
        Run json = run();
        assertThat(json.status("context", "--json")).isZero();
        assertThat(json.out())
                .isEqualTo("{\"current\":\"one\",\"contexts\":[{\"name\":\"one\",\"server\":\"" + one.address()
                        + "\",\"tokenFile\":\"" + folder.resolve("token-t-one") + "\"}]}\n");
        Run kept = run();
        assertThat(kept.status("context", "add", "x", "--server", one.address(), "--token", "t-secret"))
                .isEqualTo(2);
        assertThat(kept.err()).contains("--token-file").doesNotContain("t-secret");
    }

    @Test
    void theFileIsForItsOwnerOnlyAndNothingElseIsLeft() throws IOException {
        add("one", one);
        add("other", other);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(file().getParent())) {
            assertThat(files).containsExactly(file());
        }
        assertThat(file()).content().endsWith("}\n");
    }

    @Test
    void itIsKeptWhereConfigurationBelongs() {
        Path xdg = folder.resolve("xdg");
        Path home = folder.resolve("home");
        assertThat(new Run()
                        .environment("XDG_CONFIG_HOME", xdg.toString())
                        .environment("HOME", home.toString())
                        .status("context", "add", "one", "--server", one.address()))
                .isZero();
        assertThat(xdg.resolve("octavo/contexts.json")).exists();
        assertThat(new Run()
                        .environment("HOME", home.toString())
                        .status("context", "add", "one", "--server", one.address()))
                .isZero();
        assertThat(home.resolve(".config/octavo/contexts.json")).exists();
        Run homeless = new Run();
        assertThat(homeless.status("context", "add", "one", "--server", one.address()))
                .isEqualTo(1);
        assertThat(homeless.err()).startsWith("octavo: HOME: not set (expected: ");
    }

    @Test
    void aRemovedContextIsNotInUse() {
        add("one", one);
        Run remove = run();
        assertThat(remove.status("context", "remove", "one")).isZero();
        assertThat(remove.out()).isEqualTo("Removed context one\n");
        Run list = run();
        assertThat(list.status("context", "--json")).isZero();
        assertThat(list.out()).isEqualTo("{\"contexts\":[]}\n");
        Run again = run();
        assertThat(again.status("context", "remove", "one", "--json")).isEqualTo(2);
        assertThat(again.errorJson().path("detail").asString())
                .isEqualTo("context: one (expected: one that octavo context add has made)");
    }

    @Test
    void aContextThatIsNotThereIsNamedWithThoseThatAre() {
        add("one", one);
        add("other", other);
        Run run = run();
        assertThat(run.status("topics", "--context", "third")).isEqualTo(2);
        assertThat(run.err()).startsWith("octavo: context: third (expected: one other)\n");
        assertThat(run().status("context", "use", "third")).isEqualTo(2);
    }

    @Test
    void whoeverIsToldOfTheVariableKnowsWhyTheContextIsNotUsed() {
        add("one", one);
        Run run = run().environment("OCTAVO_SERVER", other.address());
        assertThat(run.status("context")).isZero();
        assertThat(run.err()).isEqualTo("OCTAVO_SERVER is set and goes before the context in use.\n");
    }

    @Test
    void aTokenFileThatIsGoneStopsOnlyWhatNeedsIt() throws IOException {
        add("one", one, "--token-file", secret("t-one"));
        Files.delete(folder.resolve("token-t-one"));
        Run run = run();
        assertThat(run.status("topics")).isEqualTo(1);
        assertThat(run.err()).contains("token-t-one: there is no such file");
        assertThat(run().status("context")).isZero();
        assertThat(run().status("topics", "--token", "x")).isZero();
    }

    @Test
    void aFileThatIsNoneOfOursIsNotOverwritten() throws IOException {
        Files.createDirectories(file().getParent());
        for (String text : new String[] {"", "[]", "{}", "{\"contexts\":{\"x\":{\"server\":\"ftp://x\"}}}"}) {
            Files.writeString(file(), text);
            Run run = run();
            assertThat(run.status("context", "add", "one", "--server", one.address()))
                    .as(text)
                    .isNotZero();
            assertThat(run.err()).doesNotContain("please report");
            assertThat(file()).hasContent(text);
        }
        assertThat(run().status("topics", "--server", one.address())).isZero();
    }

    @Test
    void wrongArgumentsAreFound() throws IOException {
        String empty = Files.createFile(folder.resolve("empty")).toString();
        String[][] wrong = {
            {"context", "add", "one"},
            {"context", "add", "a b", "--server", "http://x"},
            {"context", "add", "one", "--server", "x"},
            {"context", "add", "one", "--server", "http://x", "--token-file", "/there/is/none"},
            {"context", "add", "one", "--server", "http://x", "--token-file", folder.toString()},
            {"context", "add", "one", "--server", "http://x", "--ca", "/there/is/none"},
            {"context", "add", "one", "--server", "http://x", "--ca", empty},
            {"context", "use"},
        };
        for (String[] arguments : wrong) {
            assertThat(run().status(arguments)).as(String.join(" ", arguments)).isBetween(1, 2);
        }
        assertThat(file()).doesNotExist();
        Files.write(folder.resolve("token-long"), new byte[20_000]);
        Files.write(folder.resolve("token-binary"), new byte[] {(byte) 0xff});
        for (String name : new String[] {"token-long", "token-binary"}) {
            add("one", one, "--token-file", folder.resolve(name).toString());
            assertThat(run().status("topics")).as(name).isEqualTo(1);
        }
    }
}
