package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The rows of bytes that are wrong, and of disks that are full. */
final class DiskFaults {
    private static final String FULL = "No space left";

    private final BreakableService service;
    private final FaultTable table;
    private final Path folder;

    DiskFaults(BreakableService service, FaultTable table, Path folder) {
        this.service = service;
        this.table = table;
        this.folder = folder;
    }

    void aPayloadIsCorrupt() throws Exception {
        String row = "corrupt payload";
        String topic = "large.corrupt";
        service.next(topic);
        Map<String, Object> cache =
                Map.of("cache", folder.resolve("cache-corrupt").toString());
        try (WatcherProcess process = process("corrupt")) {
            process.open("running", Set.of(topic), service.here(), cache);
            process.awaitsNewest(service);
            NodeProcess.signal(process.pid(), "-STOP");
            service.next(topic);
            service.corruptNewest(topic);
            NodeProcess.signal(process.pid(), "-CONT");
            process.forgetReads();
            assertThat(process.awaitsFailure("running", topic, 1)).contains("SHA-256");
            process.isHealthy("running");
            table.running(row, "The value stays, `FAILED`");

            process.open("kept", Set.of(topic), service.here(), cache);
            process.open("older", Set.of(topic), service.here(), Map.of("older", 1));
            process.open("bare", Set.of(topic), service.here());
            process.awaits("kept", topic, "DISK", 1);
            process.awaits("older", topic, "SERVICE", 1);
            process.awaitsFailure("kept", topic, 1);
            process.awaitsFailure("older", topic, 1);
            table.start(
                    row,
                    "What the process ran before and has kept stands in for it, or older versions with"
                            + " `startOnOlder`");
            process.seesNothing("bare", topic, "SHA-256");
            assertThat(process.awaitsFailure("bare", topic)).containsPattern("(?s)[0-9a-f]{64}.*[0-9a-f]{64}");
            table.start(row, "`FAILED`, with both digests");
            service.next(topic);
            process.awaitsNewest(service);
            table.running(row, "goes on by itself with the next version that is good");
            process.closeWithoutTrace();
        }
    }

    void theDiskCacheIsCorrupt() throws Exception {
        String row = "corrupt disk cache";
        String topic = "large.disk";
        service.next(topic);
        Path cache = folder.resolve("cache-disk");
        Path alone = folder.resolve("cache-disk-alone");
        Map<String, Object> directory = Map.of("cache", cache.toString());
        try (WatcherProcess process = process("disk")) {
            process.open("before", Set.of(topic), service.here(), directory);
            process.awaitsNewest(service);
            await().atMost(WatcherProcess.BOUND).until(() -> !payloads(cache).isEmpty());
            process.closeClient("before");
            corrupt(cache);
            copy(cache, alone);
            process.open("alone", Set.of(topic), BreakableService.nobody(), Map.of("cache", alone.toString()));
            process.seesNothing("alone", topic, "service: ");
            assertThat(payloads(alone)).as("what was wrong").isEmpty();
            table.start(row, "without it, as without a cache directory");
            process.closeClient("alone");
            process.open("running", Set.of(topic), service.here(), directory);
            process.awaitsNewest(service);
            assertThat(wrongFiles(process)).isPositive();
            table.start(row, "What is wrong is removed, counted (`failures{kind=CACHE}`) and fetched from the service");

            service.next(topic);
            process.awaitsNewest(service);
            int before = wrongFiles(process);
            corrupt(cache);
            service.pin(topic, 1);
            process.awaitsNewest(service);
            assertThat(wrongFiles(process)).isGreaterThan(before);
            table.running(row, "A way back to a kept version that is wrong downloads it");
            process.closeWithoutTrace();
        }
    }

    /** How often something in the cache directory was found to be wrong. */
    private static int wrongFiles(WatcherProcess process) {
        return process.see().path("running").path("CACHE").asInt();
    }

    /** One process has its temporary files elsewhere, the other one on the disk that is full. */
    void theDiskIsFull() throws Exception {
        String row = "disk full";
        String small = "small.full";
        String large = "large.full";
        Set<String> both = Set.of(small, large);
        both.forEach(service::next);
        Path disk = Files.createDirectories(folder.resolve("small-disk"));
        Map<String, String> here = Map.of("WATCHER_TMP", disk.resolve("tmp").toString());
        Map<String, Object> cache = Map.of("cache", disk.resolve("cache").toString());
        Map<String, String> all = Map.of("directory", disk.toString());
        try (WatcherProcess elsewhere = onSmallDisk("elsewhere", disk, Map.of());
                WatcherProcess nowhere = onSmallDisk("nowhere", disk, here)) {
            for (WatcherProcess process : List.of(elsewhere, nowhere)) {
                process.tell("fill", all);
                process.open("one", both, service.here(), cache);
            }
            elsewhere.awaitsNewest(service);
            table.start(row, "Goes on without the cache directory, in a temporary directory");
            nowhere.awaits("one", small, "SERVICE", service.newest(small));
            assertThat(nowhere.awaitsFailure("one", large)).contains(FULL);
            nowhere.seesNothing("one", large, FULL);
            nowhere.tell("free", all);
            elsewhere.tell("free", all);
            nowhere.awaitsNewest(service);
            table.start(
                    row,
                    "Where that has no room either: small payloads as usual, for those of more than 1 MiB `FAILED`,"
                            + " until there is room");

            long before = service.newest(large);
            elsewhere.tell("fill", all);
            nowhere.tell("fill", all);
            both.forEach(service::next);
            elsewhere.awaitsNewest(service);
            nowhere.awaits("one", small, "SERVICE", service.newest(small));
            assertThat(nowhere.awaitsFailure("one", large, before)).contains(FULL);
            nowhere.isHealthy("one");
            nowhere.tell("free", all);
            nowhere.awaitsNewest(service);
            table.running(row, "The same: the value stays, `FAILED` until there is room");
            nowhere.closeWithoutTrace();
            elsewhere.closeWithoutTrace();
        }
    }

    private WatcherProcess process(String name) throws IOException {
        return WatcherProcess.start(folder, name, List.of(), Map.of());
    }

    /** With a file system of 16 MiB, that this process alone sees. */
    private WatcherProcess onSmallDisk(String name, Path disk, Map<String, String> variables) throws IOException {
        String script = "mount -t tmpfs -o size=16m octavo \"$0\" && mkdir \"$0/tmp\" && exec \"$@\"";
        return WatcherProcess.start(
                folder,
                name,
                List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, disk.toString()),
                variables);
    }

    private static List<Path> payloads(Path cache) throws IOException {
        return BreakableService.files(cache.resolve("payloads"));
    }

    /** Each payload gets another content, of the same size, in its place; who uses it has it as it was. */
    private static void corrupt(Path cache) throws IOException {
        for (Path file : payloads(cache)) {
            Path wrong = Files.copy(file, file.resolveSibling("wrong"));
            BreakableService.flip(wrong);
            Files.move(wrong, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : BreakableService.files(from)) {
            Path copy = to.resolve(from.relativize(file));
            Files.createDirectories(Objects.requireNonNull(copy.getParent()));
            Files.copy(file, copy);
        }
    }
}
