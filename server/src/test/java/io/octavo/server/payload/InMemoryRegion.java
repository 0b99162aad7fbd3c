package io.octavo.server.payload;

import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.S3Location;
import io.octavo.rules.Digests;
import io.octavo.server.errors.ServiceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A region's store in maps, with a hook that is called before each operation and may throw or wait. */
final class InMemoryRegion implements RegionStore {
    private static final String TAG = "tag-";

    private record Attempt(String key, Map<String, byte[]> parts, Instant begun, Origin origin) {}

    private final String name;
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Map<String, Origin> origins = new ConcurrentHashMap<>();
    private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile InstantSource clock = () -> Instant.EPOCH;
    private volatile Consumer<String> before = operation -> {};
    private volatile Consumer<String> after = operation -> {};
    private volatile boolean opaqueTags;
    private volatile boolean forgetful;
    private volatile int mostReadAtOnce = Integer.MAX_VALUE;

    InMemoryRegion(String name) {
        this.name = name;
    }

    void clock(InstantSource instants) {
        clock = instants;
    }

    void before(Consumer<String> hook) {
        before = hook;
    }

    void after(Consumer<String> hook) {
        after = hook;
    }

    /** Lets operations of these names fail from now on. */
    void fail(String... operations) {
        Set<String> failing = Set.of(operations);
        before = operation -> {
            if (failing.contains(operation)) {
                throw unavailable(operation);
            }
        };
    }

    ServiceException unavailable(String operation) {
        return ServiceException.unavailable(name + ": no " + operation + " today", Duration.ofSeconds(1), null);
    }

    /** Nothing is kept, finished or not. */
    boolean isEmpty() {
        return objects.isEmpty() && attempts.isEmpty();
    }

    void put(String key, byte[] bytes) {
        objects.put(key, bytes);
    }

    byte[] object(String key) {
        return Objects.requireNonNull(objects.get(key), key);
    }

    /** What an object that was put together says of itself. */
    Origin origin(String key) {
        return Objects.requireNonNull(origins.get(key), key);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public S3Location location(String key) {
        return S3Location.newBuilder()
                .setRegion(name)
                .setBucket("bucket-" + name)
                .setKey(key)
                .build();
    }

    @Override
    public void check(boolean createBucket) {
        before.accept("check " + createBucket);
    }

    @Override
    public String begin(String key, Origin origin) {
        before.accept("begin");
        String attempt = "attempt-" + numbers.incrementAndGet();
        attempts.put(attempt, new Attempt(key, new ConcurrentHashMap<>(), clock.instant(), origin));
        return attempt;
    }

    @Override
    public String put(String key, String attempt, int number, byte[] bytes, int length) {
        before.accept("put");
        before.accept("put " + number);
        String tag = TAG + number;
        attempt(attempt).parts().put(tag, Arrays.copyOf(bytes, length));
        return tag;
    }

    @Override
    public void complete(String key, String attempt, List<String> tags) {
        before.accept("complete");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String tag : tags) {
            all.writeBytes(Objects.requireNonNull(attempt(attempt).parts().get(tag), tag));
        }
        objects.put(key, all.toByteArray());
        origins.put(key, attempt(attempt).origin());
        attempts.remove(attempt);
        after.accept("complete");
    }

    @Override
    public @Nullable List<StoredPart> parts(String key, String attempt) {
        before.accept("parts");
        Attempt known = attempts.get(attempt);
        return known == null
                ? (forgetful ? List.of() : null)
                : known.parts().entrySet().stream()
                        .map(part -> new StoredPart(
                                Integer.parseInt(part.getKey().substring(TAG.length())),
                                part.getValue().length,
                                part.getKey()))
                        .toList();
    }

    @Override
    public SignedPart partLink(String key, String attempt, int number, long length, Duration good) {
        String url = "mem://" + name + "/" + attempt + "/" + number + "?" + length;
        return new SignedPart(url, clock.instant().plus(good));
    }

    /** What a publisher does with such an address. */
    void putAt(URI address, byte[] part) {
        Path path = Path.of(address.getPath());
        String attempt = path.getName(0).toString();
        if (part.length != Long.parseLong(address.getQuery())) {
            throw new IllegalArgumentException("other bytes than were signed: " + part.length);
        }
        attempt(attempt).parts().put(TAG + path.getName(1), part.clone());
    }

    @Override
    public String tag(String key) {
        before.accept("tag");
        return opaqueTags ? "opaque" : HexFormat.of().formatHex(Digests.sha256(object(key)), 0, 16) + "-2";
    }

    /** From now on the marks of objects tell nothing of their content. */
    void opaqueTags() {
        opaqueTags = true;
    }

    /** From now on an attempt that is over looks like one that has no parts. */
    void forgetAttempts() {
        forgetful = true;
    }

    /** From now on a body breaks off after so many bytes. */
    void breakReadsAfter(int bytes) {
        mostReadAtOnce = bytes;
    }

    @Override
    public void abort(String key, String attempt) {
        before.accept("abort");
        attempts.remove(attempt);
    }

    @Override
    public List<String> attempts(String key) {
        before.accept("attempts");
        return attempts.entrySet().stream()
                .filter(entry -> entry.getValue().key().equals(key))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public List<Unfinished> unfinished(String prefix, Instant before, int most) {
        this.before.accept("unfinished");
        return attempts.entrySet().stream()
                .filter(entry -> entry.getValue().key().startsWith(prefix)
                        && entry.getValue().begun().isBefore(before))
                .limit(most)
                .map(entry -> new Unfinished(entry.getValue().key(), entry.getKey()))
                .toList();
    }

    @Override
    public long size(String key) {
        before.accept("size");
        byte[] object = objects.get(key);
        return object == null ? ABSENT : object.length;
    }

    @Override
    public long size(S3Location location) {
        return size(location.getKey());
    }

    @Override
    public boolean has(S3Location location) {
        before.accept("has");
        return objects.containsKey(location.getKey());
    }

    @Override
    public void delete(String key) {
        before.accept("delete");
        objects.remove(key);
    }

    @Override
    public InputStream read(S3Location location, long offset, long length) {
        before.accept("read");
        byte[] object = objects.get(location.getKey());
        if (object == null) {
            throw new MissingPayload(name + ": no " + location.getKey());
        }
        return new ByteArrayInputStream(object, (int) offset, (int) Math.min(length, mostReadAtOnce));
    }

    @Override
    public PayloadLink link(S3Location location) {
        return PayloadLink.newBuilder()
                .setRegion(name)
                .setUrl("https://" + location.getBucket() + "/" + location.getKey())
                .build();
    }

    @Override
    public void close() {
        before.accept("close");
    }

    private Attempt attempt(String attempt) {
        return Objects.requireNonNull(attempts.get(attempt), attempt);
    }
}
