package io.octavo.server;

import io.octavo.local.Leash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A few housekeeping processes, each of which is told after which step to die: the one that the fewest have died after so
 * far. Who doesn't come to it is killed after a while. For one thread.
 */
final class HousekeepingLives implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(50);
    /** A life once it is at work. */
    private static final int MOST_MILLIS = 2_500;
    /** Starting takes longer than most lives: while some start, another leads. */
    private static final int AT_ONCE = 3;
    /** Of its kind. */
    private static final int LATEST_STEP = 3;

    private static final int SAID = 30;

    private final Path folder;
    private final List<String> arguments;
    private final Map<String, String> regions;
    private final Random random;
    private final Map<String, Integer> deaths = new TreeMap<>();
    private final List<Life> living = new ArrayList<>();
    private int started;
    private int killed;

    /**
     * @param folder  for what they say
     * @param regions variables that name the regions' stores
     */
    HousekeepingLives(Path folder, List<String> arguments, Map<String, String> regions, Random random) {
        this.folder = folder;
        this.arguments = List.copyOf(arguments);
        this.regions = Map.copyOf(regions);
        this.random = random;
    }

    /** A process, from its start to its end. */
    private final class Life {
        private final Process process;
        private final Path log;
        private long end = System.nanoTime() + LONGEST_START.toNanos();
        private boolean isAtWork;

        Life(Process process, Path log) {
            this.process = process;
            this.log = log;
        }

        List<String> said() {
            try {
                return Files.readAllLines(log, StandardCharsets.UTF_8);
            } catch (IOException e) {
                return List.of(String.valueOf(e));
            }
        }

        /** Whether it has done for a while what it does. */
        boolean isOverdue() {
            if (!isAtWork && said().stream().anyMatch(HousekeepingLives::isWork)) {
                isAtWork = true;
                end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(MOST_MILLIS));
            }
            return System.nanoTime() - end >= 0;
        }

        void requireThatItWasKilled() {
            if (process.exitValue() != DyingRegistry.KILLED) {
                throw new AssertionError(
                        "housekeeping ended with status " + process.exitValue() + "\n" + String.join("\n", said()));
            }
        }

        void kill() {
            process.destroyForcibly();
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
    }

    /** Waits until the next one has ended, and starts another in its place. */
    void next() throws IOException, InterruptedException {
        while (living.size() < AT_ONCE) {
            living.add(start(step()));
        }
        while (true) {
            for (Life life : List.copyOf(living)) {
                if (life.process.isAlive() && life.isOverdue()) {
                    life.kill();
                    killed++;
                }
                if (!life.process.isAlive()) {
                    life.requireThatItWasKilled();
                    learn(life);
                    living.remove(life);
                    return;
                }
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    private static boolean isWork(String line) {
        return line.startsWith(DyingRegistry.SEEN) && !line.startsWith(DyingRegistry.SEEN + "lease");
    }

    /** From now on one lives that nobody kills. */
    void last() throws IOException {
        end();
        living.add(start(""));
    }

    /** The step that the fewest have died after; empty = none is known. */
    private String step() {
        int fewest = deaths.values().stream().min(Comparator.naturalOrder()).orElse(0);
        List<String> rarest = deaths.keySet().stream()
                .filter(step -> deathsBehind(step) == fewest)
                .toList();
        return rarest.isEmpty() ? "" : rarest.get(random.nextInt(rarest.size()));
    }

    private int deathsBehind(String step) {
        return deaths.getOrDefault(step, 0);
    }

    private void learn(Life life) {
        for (String line : life.said()) {
            if (line.startsWith(DyingRegistry.SEEN)) {
                deaths.putIfAbsent(line.substring(DyingRegistry.SEEN.length()), 0);
            } else if (line.startsWith(DyingRegistry.DIED)) {
                deaths.merge(line.substring(DyingRegistry.DIED.length()), 1, Integer::sum);
            }
        }
    }

    private Life start(String step) throws IOException {
        started++;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-D" + HousekeepingProcess.DIE_AFTER + "=" + step,
                "-D" + HousekeepingProcess.NTH + "=" + (random.nextBoolean() ? 1 : 1 + random.nextInt(LATEST_STEP)),
                "-cp",
                System.getProperty("java.class.path"),
                Leash.class.getName(),
                HousekeepingProcess.class.getName()));
        command.addAll(arguments);
        Path log = folder.resolve("life-" + started + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(regions);
        return new Life(builder.start(), log);
    }

    /** Steps that were seen, and that no life has ended behind yet. */
    Set<String> notYet() {
        Set<String> left = new TreeSet<>(deaths.keySet());
        left.removeIf(step -> deathsBehind(step) > 0);
        return left;
    }

    /** How many died after each step, of those that were seen. */
    Map<String, Integer> deaths() {
        return Map.copyOf(deaths);
    }

    /** How many have ended. */
    int count() {
        return killed + deaths.values().stream().mapToInt(count -> count).sum();
    }

    /** How many ended at some other moment. */
    int killed() {
        return killed;
    }

    /** What those that live have said last. */
    String said() {
        StringBuilder text = new StringBuilder();
        for (Life life : living) {
            List<String> lines = life.said();
            lines.subList(Math.max(0, lines.size() - SAID), lines.size())
                    .forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    private void end() {
        for (Life life : living) {
            life.kill();
            learn(life);
        }
        living.clear();
    }

    @Override
    public void close() {
        end();
    }
}
