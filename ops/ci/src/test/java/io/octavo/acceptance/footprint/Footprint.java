package io.octavo.acceptance.footprint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process takes just now, as the Java runtime and Linux count it. It is small, for it is counted with the next.
 *
 * @param live        bytes of live objects after a full collection
 * @param heap        these by class, of those that are worth naming
 * @param resident    bytes of memory in all
 * @param threads     names of those that live
 * @param descriptors what the open file descriptors are, without numbers
 * @param connections where to: the remote ends of those of its sockets that are TCP connections, in hex as Linux has them
 */
record Footprint(
        long live,
        Map<String, Long> heap,
        long resident,
        List<String> threads,
        List<String> descriptors,
        List<String> connections) {
    private static final int NAMED = 12;
    private static final int WORTH_NAMING = 10_000;
    private static final Path SELF = Path.of("/proc/self");

    static Footprint now() throws IOException {
        Map<String, Long> heap = heapNow();
        long live = heap.values().stream().mapToLong(Long::longValue).sum();
        heap.values().removeIf(bytes -> bytes < WORTH_NAMING);
        return new Footprint(live, heap, residentNow(), threadsNow(), descriptorsNow(), connectionsNow());
    }

    /** Once what has just been done has settled: live memory no longer falls. */
    static Footprint settled() throws IOException, InterruptedException {
        Footprint least = now();
        for (int looks = 0, same = 0; same < 4 && looks < 50; looks++) {
            Thread.sleep(250);
            Footprint next = now();
            same = next.live() > least.live() - WORTH_NAMING ? same + 1 : 0;
            boolean isLess = next.live() < least.live();
            least = new Footprint(
                    isLess ? next.live : least.live,
                    isLess ? next.heap : least.heap,
                    next.resident,
                    next.threads,
                    next.descriptors,
                    next.connections);
        }
        return least;
    }

    /** A line for each figure, and one for each thing that has a name. */
    void print(String when) {
        figure(when + " heap", live);
        figure(when + " resident", resident);
        figure(when + " threads", threads.size());
        figure(
                when + " threads of the client",
                threads.stream().filter(name -> name.startsWith("octavo-")).count());
        figure(when + " descriptors", descriptors.size());
        figure(when + " connections", connections.size());
        threads.stream().sorted().forEach(name -> System.out.println(when + ": thread " + name));
        connections.forEach(remote -> System.out.println(when + ": connection to " + remote));
    }

    /** The classes whose objects take more than before. */
    void printGrowth(String when, Footprint before) {
        heap.entrySet().stream()
                .map(entry ->
                        Map.entry(entry.getKey(), entry.getValue() - before.heap.getOrDefault(entry.getKey(), 0L)))
                .filter(entry -> entry.getValue() > WORTH_NAMING)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(NAMED)
                .forEach(entry ->
                        System.out.println(when + ": " + entry.getValue() + " bytes more of " + entry.getKey()));
    }

    static void figure(String name, long value) {
        System.out.println(name + " = " + value);
    }

    static List<String> threadsNow() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    /** Libraries that the runtime opens when it first needs a class are not among them. */
    static List<String> descriptorsNow() throws IOException {
        List<String> found = new ArrayList<>();
        for (String target : targets()) {
            if (!target.endsWith(".jar") && !target.endsWith(".so") && !target.endsWith("/fd")) {
                found.add(target.replaceAll(":\\[\\d+]$", ""));
            }
        }
        return found;
    }

    /** Files below a folder. */
    static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> !file.equals(folder)).toList();
        } catch (UncheckedIOException e) {
            // Something was removed meanwhile.
            return files(folder);
        }
    }

    private static Map<String, Long> heapNow() {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            Map<String, Long> bytes = new HashMap<>();
            // "   1:   12345   678901  [B (java.base@17)"
            histogram.lines().map(line -> line.trim().split("\\s+", -1)).forEach(words -> {
                if (words.length >= 4 && words[0].endsWith(":")) {
                    bytes.merge(words[3], Long.parseLong(words[2]), Long::sum);
                }
            });
            return bytes;
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long residentNow() throws IOException {
        return Files.readAllLines(SELF.resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }

    private static List<String> connectionsNow() throws IOException {
        Set<String> own = new HashSet<>(targets());
        List<String> remotes = new ArrayList<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            Path file = SELF.resolve(table);
            List<String> rows = Files.isReadable(file) ? Files.readAllLines(file) : List.of();
            for (String row : rows) {
                String[] words = row.trim().split("\\s+", -1);
                if (words.length > 9 && own.contains("socket:[" + words[9] + "]") && !words[2].endsWith(":0000")) {
                    remotes.add(words[2]);
                }
            }
        }
        return remotes;
    }

    private static List<String> targets() throws IOException {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> all = Files.list(SELF.resolve("fd"))) {
            for (Path descriptor : all.toList()) {
                try {
                    targets.add(Files.readSymbolicLink(descriptor).toString());
                } catch (IOException e) {
                    // Closed meanwhile: that of the list itself, for one.
                }
            }
        }
        return targets;
    }
}
