package io.octavo.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a Java 17 is looked for: Cassandra 5.0 runs on nothing else.
 *
 * @param environment of which OCTAVO_JAVA17_HOME, JAVA_HOME and PATH count, in this order
 * @param running the home of the running Java, which comes after OCTAVO_JAVA17_HOME
 * @param installed the folder with the system's Javas, of which those with 17 in their name are tried
 * @param question the command that prints the home of a Java 17, on systems that have one
 */
record Jdk17(Map<String, String> environment, Path running, Path installed, Path question) {
    static final String VARIABLE = "OCTAVO_JAVA17_HOME";
    private static final Pattern VERSION = Pattern.compile("java\\.specification\\.version = (\\S+)");
    private static final int ANSWER_SECONDS = 10;

    static Jdk17 here() {
        return new Jdk17(
                System.getenv(),
                Path.of(System.getProperty("java.home")),
                Path.of("/usr/lib/jvm"),
                Path.of("/usr/libexec/java_home"));
    }

    /** The {@code java} program of the first Java 17 found. */
    Path java() {
        String given = environment.get(VARIABLE);
        if (given != null && !is17(Path.of(given))) {
            throw new StartFailed(VARIABLE + ": " + given + " (expected: the home of a Java 17)");
        }
        return Stream.<Supplier<Stream<Path>>>of(
                        () -> Stream.ofNullable(given).map(Path::of),
                        () -> Stream.of(running),
                        () -> Stream.ofNullable(environment.get("JAVA_HOME")).map(Path::of),
                        this::onPath,
                        this::installedHomes,
                        this::answer)
                .flatMap(Supplier::get)
                .filter(Jdk17::is17)
                .findFirst()
                .map(home -> home.resolve("bin/java"))
                .orElseThrow(() -> new StartFailed("Java 17: not found (expected: installed, or its home in " + VARIABLE
                        + "; Cassandra runs on no other)"));
    }

    private Stream<Path> onPath() {
        return Stream.of(environment.getOrDefault("PATH", "").split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "java"))
                .filter(Files::isExecutable)
                .limit(1)
                .map(Jdk17::home)
                .filter(Objects::nonNull);
    }

    /** Through links: a program on the path is usually one. */
    private static @Nullable Path home(Path java) {
        try {
            Path bin = java.toRealPath().getParent();
            return bin == null ? null : bin.getParent();
        } catch (IOException e) {
            return null;
        }
    }

    private Stream<Path> installedHomes() {
        try (Stream<Path> homes = Files.list(installed)) {
            return homes.filter(home -> home.getFileName().toString().contains("17")).sorted().toList().stream();
        } catch (IOException e) {
            return Stream.of();
        }
    }

    private Stream<Path> answer() {
        if (!Files.isExecutable(question)) {
            return Stream.of();
        }
        return run(List.of(question.toString(), "-v", "17")).lines().limit(1).map(Path::of);
    }

    /** Asks the release file, which is fast, else the program. */
    private static boolean is17(Path home) {
        Path java = home.resolve("bin/java");
        if (!Files.isExecutable(java)) {
            return false;
        }
        String version = released(home.resolve("release"));
        if (version == null) {
            Matcher found = VERSION.matcher(run(List.of(java.toString(), "-XshowSettings:properties", "-version")));
            version = found.find() ? found.group(1) : "";
        }
        return version.equals("17") || version.startsWith("17.");
    }

    private static @Nullable String released(Path file) {
        Properties release = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            release.load(in);
        } catch (IOException e) {
            return null;
        }
        String version = release.getProperty("JAVA_VERSION");
        return version == null ? null : version.replace("\"", "");
    }

    /** What a command prints; nothing if it can't be run or does not end in time. */
    private static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            process.onExit().orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).exceptionally(late -> {
                process.destroyForcibly();
                return process;
            });
            try (InputStream out = process.getInputStream()) {
                return new String(out.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            return "";
        }
    }
}
