package io.octavo.server;

import io.octavo.local.Leash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
 * A few housekeeping processes, which are told after which step to die: the one that the fewest have died after so far.
 * Who comes to it first dies, and another process takes its place. If nobody does for a while, it is another step; and now
 * and then one is killed at whatever it is doing. For one thread.
 */
final class HousekeepingLives implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);
    /** For somebody to come to the step. */
    private static final Duration LONGEST_AIM = Duration.ofSeconds(3);
    /** Starting takes longer than most lives: while some start, another leads. */
    private static final int AT_ONCE = 3;
    /** At one of so many aims somebody is killed at no step. */
    private static final int ANY_MOMENT = 12;

    private static final int SAID = 30;

    private final Path folder;
    private final Path orders;
    private final List<String> arguments;
    private final Map<String, String> regions;
    private final Random random;
    private final Map<String, Integer> deaths = new TreeMap<>();
    private final List<Life> living = new ArrayList<>();
    private int aims;
    private int started;
    private int killed;

    /**
     * @param folder  for what they say
     * @param regions variables that name the regions' stores
     */
    HousekeepingLives(Path folder, List<String> arguments, Map<String, String> regions, Random random)
            throws IOException {
        this.folder = folder;
        this.orders = Files.writeString(folder.resolve("orders"), "");
        this.arguments = List.copyOf(arguments);
        this.regions = Map.copyOf(regions);
        this.random = random;
    }

    /** A process, from its start to its end. */
    private record Life(Process process, Path log) {
        List<String> said() {
            try {
                return Files.readAllLines(log, StandardCharsets.UTF_8);
            } catch (IOException e) {
                return List.of(String.valueOf(e));
            }
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

    /** Aims at a step; answers whether somebody has died of it, or otherwise, within a while. */
    boolean next() throws IOException, InterruptedException {
        while (living.size() < AT_ONCE) {
            living.add(start());
        }
        living.forEach(this::learn);
        order(step());
        aims++;
        boolean anyMoment = aims / ANY_MOMENT > killed;
        long end = System.nanoTime() + LONGEST_AIM.toNanos();
        while (System.nanoTime() < end) {
            for (Life life : List.copyOf(living)) {
                if (anyMoment && isAtWork(life)) {
                    anyMoment = false;
                    life.kill();
                    killed++;
                }
                if (!life.process().isAlive()) {
                    order("");
                    bury(life);
                    return true;
                }
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
        return false;
    }

    private void bury(Life life) {
        life.requireThatItWasKilled();
        learn(life);
        life.said().stream()
                .filter(line -> line.startsWith(DyingRegistry.DIED))
                .forEach(line -> deaths.merge(line.substring(DyingRegistry.DIED.length()), 1, Integer::sum));
        living.remove(life);
    }

    private static boolean isAtWork(Life life) {
        return life.said().stream()
                .anyMatch(
                        line -> line.startsWith(DyingRegistry.SEEN) && !line.startsWith(DyingRegistry.SEEN + "lease"));
    }

    private void order(String step) throws IOException {
        Path next = Files.writeString(folder.resolve("orders.next"), step);
        Files.move(next, orders, StandardCopyOption.ATOMIC_MOVE);
    }

    /** From now on one lives that nobody kills. */
    void last() throws IOException {
        order("");
        end();
        living.add(start());
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
            }
        }
    }

    private Life start() throws IOException {
        started++;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-D" + HousekeepingProcess.ORDERS + "=" + orders,
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
        }
        living.clear();
    }

    @Override
    public void close() {
        end();
    }
}
