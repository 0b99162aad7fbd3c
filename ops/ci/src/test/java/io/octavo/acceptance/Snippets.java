package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.acceptance.Command.Ran;
import io.octavo.acceptance.Readme.Block;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Blocks of Java, made into programs that run in a folder of their own: each block has a package, and the imports that
 * readers are spared.
 *
 * @param classPath what it is compiled with, and run with
 * @param here      from names that the text gives to those here
 */
record Snippets(Stack stack, Path folder, String classPath, UnaryOperator<String> here) {
    /** Between the outputs of two blocks. */
    private static final String MARK = Block.MARK;

    private static final Duration BOUND = Duration.ofMinutes(2);

    private static final String OF_CLIENTS = """
            import io.octavo.client.*;
            import java.io.*;
            import java.net.URI;
            import java.nio.charset.StandardCharsets;
            import java.nio.file.*;
            import java.time.*;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.atomic.*;
            import java.util.stream.*;
            """;
    private static final String OF_METERS = """
            import io.micrometer.core.instrument.*;
            import io.micrometer.core.instrument.simple.*;
            """;
    private static final String OF_TESTS = """
            import static org.junit.jupiter.api.Assertions.*;

            import io.octavo.test.*;
            import org.junit.jupiter.api.Test;
            import org.junit.jupiter.api.extension.RegisterExtension;
            """;
    private static final String OF_APPLICATIONS = """
            import io.octavo.spring.*;
            import org.springframework.boot.SpringApplication;
            import org.springframework.boot.autoconfigure.SpringBootApplication;
            import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
            import org.springframework.context.ConfigurableApplicationContext;
            import org.springframework.context.annotation.Bean;
            """;

    /** Runs statements, one block after the other in one process, and holds what each prints against what it says. */
    void runStatements(List<Block> blocks, Map<String, String> environment) throws IOException, InterruptedException {
        Map<String, String> sources = new TreeMap<>();
        for (Block block : blocks) {
            sources.put(name(block) + "/Snippet.java", """
                    package %s;

                    %s
                    public final class Snippet {
                        private static final OctavoClient client =
                                OctavoClient.builder().server(URI.create("%s")).build();

                        public static void run() throws Exception {
                    %s
                        }
                    }
                    """.formatted(
                            name(block), importsOf(block), stack.url(), text(block)));
        }
        sources.put("All.java", """
                public final class All {
                    public static void main(String[] arguments) throws Exception {
                %s    }
                }
                """.formatted(blocks.stream()
                .map(block -> "        " + name(block) + ".Snippet.run();\n        System.out.println(\"\\1\");\n")
                .collect(Collectors.joining())));
        compile(sources);
        Ran ran = java(environment, "All");
        List<String> printed = List.of(ran.out().split(MARK, -1));
        assertThat(ran.status())
                .as(
                        "%s\n%s\n%s",
                        printed.size() > blocks.size() ? "" : blocks.get(printed.size() - 1), ran, stack.logs())
                .isZero();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            assertThat(block.prints()).as("%s says what it prints", block).isNotEmpty();
            assertThat(printed.get(i).lines().filter(line -> !line.isEmpty()))
                    .as("%s", block)
                    .containsExactlyElementsOf(block.prints());
        }
    }

    /** Those of a client alone need nothing else on their class path. */
    private String importsOf(Block block) {
        return text(block).contains("MeterRegistry") ? OF_CLIENTS + OF_METERS : OF_CLIENTS;
    }

    /** Compiles tests, to be run by {@link #runTests}. */
    void compileTests(List<Block> blocks) throws IOException {
        compileTypes(blocks, OF_CLIENTS + OF_TESTS);
    }

    /** Runs these classes of tests. */
    void runTests(List<String> classes, Map<String, String> environment) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(RunTests.class.getName()));
        words.addAll(classes);
        Ran ran = java(environment, words.toArray(String[]::new));
        assertThat(ran.status()).as("%s\n%s", ran, stack.logs()).isZero();
        System.out.println(ran.out());
    }

    /** Runs an application by its class {@code Run}, and finds what it is to print in what it prints. */
    void runApplication(Block block) throws IOException, InterruptedException {
        compileTypes(List.of(block), OF_CLIENTS + OF_APPLICATIONS);
        Ran ran = java(Map.of(), name(block) + ".Run");
        assertThat(ran.status()).as("%s\n%s\n%s", block, ran, stack.logs()).isZero();
        assertThat(block.prints()).as("%s says what it prints", block).isNotEmpty();
        assertThat(ran.out().lines()).as("%s\n%s", block, ran).containsSubsequence(block.prints());
    }

    /** The package of a block. */
    static String name(Block block) {
        return "line" + block.line();
    }

    private void compileTypes(List<Block> blocks, String imports) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Block block : blocks) {
            sources.put(name(block) + "/Types.java", "package " + name(block) + ";\n\n" + imports + "\n" + text(block));
        }
        compile(sources);
    }

    private String text(Block block) {
        return here.apply(block.at(stack.url()));
    }

    private void compile(Map<String, String> sources) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("--release", "17", "-proc:none", "-parameters", "-cp", classPath, "-d", folder.toString()));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = folder.resolve(source.getKey());
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            arguments.add(Files.writeString(file, source.getValue()).toString());
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK")
                .run(null, said, said, arguments.toArray(String[]::new));
        assertThat(status).as("%s", said.toString(StandardCharsets.UTF_8)).isZero();
    }

    private Ran java(Map<String, String> environment, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(words));
        Map<String, String> variables = new HashMap<>(environment);
        // Not among the words, which failures show.
        variables.put("CLASSPATH", folder + File.pathSeparator + classPath);
        return stack.run(folder, BOUND, variables, command);
    }

    /** The client and what it needs, and nothing else. */
    static String client() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/client").toAbsolutePath())) {
            return jars.map(Path::toString).sorted().collect(Collectors.joining(File.pathSeparator));
        }
    }

    /** A module of this build, and all that it and its tests need. */
    static String module(Path folder) throws IOException {
        return folder.resolve("target/classes")
                + File.pathSeparator
                + Files.readString(folder.resolve("target/class-path")).strip();
    }
}
