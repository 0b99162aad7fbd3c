package io.octavo.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.VersionRecord;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Removes from the cache directory what no topic names any more, what dead processes left, and, if it is larger than it
 * may be, what was written longest ago: first the versions that would only be gone back to. One process at a time, where
 * files can be locked. Who
 * uses a file has another name for it, so nothing is taken from anybody.
 */
final class CacheTidying {
    /** A payload is put in before what names it. */
    private static final Duration YOUNG = Duration.ofMinutes(1);
    /** What nobody is writing any more, however long that takes, and however clocks differ. */
    private static final Duration OLD = Duration.ofHours(1);

    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final Path directory;
    private final TopicFiles topics;
    private final PayloadFiles payloads;
    private final WorkDirectory work;
    private final long limit;
    private final InstantSource clock;
    private final LockedFile.Lock lock;
    private final AtomicLong known = new AtomicLong(-1);
    private final AtomicBoolean isWarned = new AtomicBoolean();

    CacheTidying(
            Path directory,
            TopicFiles topics,
            PayloadFiles payloads,
            WorkDirectory work,
            long limit,
            InstantSource clock,
            LockedFile.Lock lock) {
        this.directory = directory;
        this.topics = topics;
        this.payloads = payloads;
        this.work = work;
        this.limit = limit;
        this.clock = clock;
        this.lock = lock;
    }

    /** @param key the same for all names of a file */
    private record Found(Path file, Object key, long size, FileTime written) {}

    /** A file of a topic, and the payloads that it names: the one run last first. */
    private record Known(Found found, List<Path> payloads) {}

    /** Whether so many bytes more, which are counted from now on, may be too many. */
    boolean isTight(long bytes) {
        return known.get() < 0 || known.addAndGet(bytes) > limit;
    }

    /** @param coming so many bytes more are to fit in */
    void tidy(long coming) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (LockedFile locked = LockedFile.tryLock(directory.resolve("tidying.lock"), lock)) {
            if (locked != null) {
                work.removeLeftOvers();
                removeUnneeded(coming, YOUNG);
            }
        } catch (LockedFile.NoLocks e) {
            if (!isWarned.getAndSet(true)) {
                LOG.log(Level.WARNING, "the cache directory is tidied with care only, for {0}", e.getMessage());
            }
            removeUnneeded(coming, OLD);
        }
    }

    /** @param unneeded what nobody names stays for so long */
    private void removeUnneeded(long coming, Duration unneeded) throws IOException {
        List<Known> all = known();
        Map<Path, Found> there = new HashMap<>();
        find(payloads.directory()).forEach(found -> there.put(found.file(), found));
        Set<Path> named = new HashSet<>();
        all.forEach(known -> named.addAll(known.payloads()));
        FileTime young = FileTime.from(clock.instant().minus(unneeded));
        for (Found found : List.copyOf(there.values())) {
            if (!named.contains(found.file()) && found.written().compareTo(young) < 0) {
                Files.deleteIfExists(found.file());
                there.remove(found.file());
            }
        }
        List<Found> counted = find(directory.resolve("work"));
        counted.addAll(there.values());
        all.forEach(known -> counted.add(known.found()));
        known.set(shrink(coming + sum(counted), all, there));
    }

    /** Answers how much is left. */
    private long shrink(long before, List<Known> all, Map<Path, Found> there) throws IOException {
        long total = before;
        List<Known> oldestFirst = new ArrayList<>(all);
        oldestFirst.sort(Comparator.comparing(known -> known.found().written()));
        Set<Path> newest = new HashSet<>();
        all.forEach(known -> known.payloads().stream().limit(1).forEach(newest::add));
        for (Known known : oldestFirst) {
            for (Path payload : known.payloads()) {
                if (total > limit && !newest.contains(payload)) {
                    total -= remove(there.remove(payload));
                }
            }
        }
        Map<Path, Integer> names = new HashMap<>();
        all.forEach(known -> known.payloads().forEach(payload -> names.merge(payload, 1, Integer::sum)));
        for (Known known : oldestFirst) {
            if (total > limit) {
                for (Path payload : known.payloads()) {
                    boolean isLast = names.merge(payload, -1, Integer::sum) == 0;
                    total -= isLast ? remove(there.remove(payload)) : 0;
                }
                total -= remove(known.found());
            }
        }
        return total;
    }

    private static long remove(@Nullable Found found) throws IOException {
        if (found == null) {
            return 0;
        }
        Files.deleteIfExists(found.file());
        return found.size();
    }

    private List<Known> known() throws IOException {
        List<Known> all = new ArrayList<>();
        for (Found found : find(topics.directory())) {
            try {
                CachedTopic topic = TopicFiles.read(found.file());
                if (topic != null) {
                    all.add(new Known(found, payloads(topic)));
                }
            } catch (NoSuchFileException e) {
                // Another process has just replaced it.
            } catch (InvalidProtocolBufferException e) {
                Files.deleteIfExists(found.file());
            }
        }
        return all;
    }

    private List<Path> payloads(CachedTopic topic) {
        List<Path> files = new ArrayList<>();
        for (VersionRecord record : topic.getGoodList()) {
            record.getPartsList().forEach(part -> files.add(payloads.file(part.getSha256())));
        }
        return files;
    }

    /** A file in use has two names and is there once. */
    private static long sum(List<Found> files) {
        Set<Object> counted = new HashSet<>();
        return files.stream()
                .filter(found -> counted.add(found.key()))
                .mapToLong(Found::size)
                .sum();
    }

    /** All files below a folder, but those being written; removes what of those is left of dead processes. */
    private List<Found> find(Path folder) throws IOException {
        List<Found> files = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return files;
        }
        FileTime old = FileTime.from(clock.instant().minus(OLD));
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!String.valueOf(file.getFileName()).startsWith(CacheFiles.UNFINISHED)) {
                    Object key = Objects.requireNonNullElse(attributes.fileKey(), file);
                    files.add(new Found(file, key, attributes.size(), attributes.lastModifiedTime()));
                } else if (attributes.lastModifiedTime().compareTo(old) < 0) {
                    Files.deleteIfExists(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }
}
