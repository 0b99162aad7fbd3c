package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.acceptance.Command.Ran;
import io.octavo.acceptance.Readme.Block;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What README tells people to type works, and prints what README says. */
@ExtendWith(SharedStack.class)
final class ReadmeIT {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final Pattern CLASS = Pattern.compile("public (?:final )?class (\\w+)");

    private final Stack stack;
    private final Readme readme;

    ReadmeIT(Stack stack) throws Exception {
        this.stack = stack;
        this.readme = Readme.read(stack.root().resolve("README.md"));
    }

    @Test
    void shellCommandsDoWhatTheySay() throws Exception {
        for (Block block : readme.blocks("shell")) {
            runByBash(block);
        }
    }

    @Test
    void restCallsDoWhatTheySay() throws Exception {
        for (Block block : readme.blocks("rest")) {
            runByBash(block);
        }
    }

    @Test
    void javaCompilesWithTheClientAloneAndDoesWhatItSays() throws Exception {
        for (Block block : readme.blocks("java")) {
            Path folder = stack.newFolder();
            String text = block.at(stack.url());
            Matcher name = CLASS.matcher(text);
            assertThat(name.find()).as("%s has a public class", block).isTrue();
            Path source = Files.writeString(folder.resolve(name.group(1) + ".java"), text);
            compile(block, folder, source);
            Ran ran = stack.run(
                    folder,
                    BOUND,
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            folder + ":" + classPath(),
                            name.group(1)));
            assertThat(ran.status()).as("%s\n%s\n%s", block, ran, stack.logs()).isZero();
            assertThat(block.prints()).as("%s says what it prints", block).isNotEmpty();
            assertThat(ran.out().lines()).as("%s\n%s", block, ran).containsSubsequence(block.prints());
        }
    }

    private void runByBash(Block block) throws Exception {
        Path folder = stack.newFolder();
        Files.createSymbolicLink(
                folder.resolve("octavo"), stack.root().resolve("octavo").toAbsolutePath());
        Path script = Files.writeString(folder.resolve("block.sh"), block.withMarks(stack.url()));
        Ran ran = stack.run(folder, BOUND, List.of("bash", "-eu", "-o", "pipefail", script.toString()));
        assertThat(ran.status()).as("%s\n%s\n%s", block, ran, stack.logs()).isZero();
        List<String> expected = block.expectations();
        assertThat(expected).as("%s says what it prints", block).isNotEmpty();
        String[] printed = ran.out().split(Block.MARK, -1);
        assertThat(printed).as("%s\n%s", block, ran).hasSize(expected.size() + 1);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(printed[i].strip()).as("%s\n%s", block, ran).endsWith(expected.get(i));
        }
    }

    /** The client and what it needs, and nothing else. */
    private static String classPath() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/client").toAbsolutePath())) {
            return jars.map(Path::toString).sorted().collect(Collectors.joining(":"));
        }
    }

    private static void compile(Block block, Path folder, Path source) throws IOException {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = compiler.run(
                null,
                said,
                said,
                "--release",
                "17",
                "-proc:none",
                "-cp",
                classPath(),
                "-d",
                folder.toString(),
                source.toString());
        assertThat(status)
                .as("%s\n%s", block, said.toString(StandardCharsets.UTF_8))
                .isZero();
    }
}
