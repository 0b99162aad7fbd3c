package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Small objects in a map, with hooks before and after each operation that may throw. */
public final class InMemoryObjects implements SmallObjects {
    private record Stored(
            ByteString bytes, Instant modified, @Nullable Origin origin) {}

    private final String region;
    private final InstantSource clock;
    private final TreeMap<String, Stored> objects = new TreeMap<>();
    private volatile BiConsumer<String, String> before = (operation, key) -> {};
    private volatile BiConsumer<String, String> after = (operation, key) -> {};
    private volatile boolean away;

    public InMemoryObjects(String region, InstantSource clock) {
        this.region = region;
        this.clock = clock;
    }

    /** Where a payload in S3 lies. */
    public static String keyOf(long payloadId) {
        return PayloadKeys.of(payloadId);
    }

    /** Called with the operation and its first key. */
    public void before(BiConsumer<String, String> hook) {
        before = hook;
    }

    public void after(BiConsumer<String, String> hook) {
        after = hook;
    }

    /** Whether nothing can be asked. */
    public void away(boolean isAway) {
        away = isAway;
    }

    public boolean isAway() {
        return away;
    }

    public synchronized List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    /** Does what no caller can. */
    public synchronized void put(String key, byte[] bytes) {
        put(key, bytes, null);
    }

    /** As {@link #put(String, byte[])}, with what it says of itself. */
    public synchronized void put(String key, byte[] bytes, @Nullable Origin origin) {
        objects.put(key, new Stored(ByteString.copyFrom(bytes), clock.instant(), origin));
    }

    @Override
    public String region() {
        return region;
    }

    @Override
    public boolean create(String key, byte[] bytes, @Nullable Origin origin) {
        begin("create", key);
        if (bytes.length == 0) {
            throw new IllegalArgumentException(key + ": no bytes");
        }
        boolean created;
        synchronized (this) {
            created = objects.putIfAbsent(key, new Stored(ByteString.copyFrom(bytes), clock.instant(), origin)) == null;
        }
        after.accept("create", key);
        return created;
    }

    @Override
    public synchronized @Nullable Origin origin(String key) {
        begin("origin", key);
        Stored stored = objects.get(key);
        return stored == null ? null : stored.origin();
    }

    @Override
    public byte @Nullable [] read(String key) {
        begin("read", key);
        byte[] bytes;
        synchronized (this) {
            Stored stored = objects.get(key);
            bytes = stored == null ? null : stored.bytes().toByteArray();
        }
        after.accept("read", key);
        return bytes;
    }

    @Override
    public List<Listed> list(String prefix, String afterKey, int most) {
        begin("list", prefix);
        List<Listed> listed;
        synchronized (this) {
            Map<String, Stored> from =
                    afterKey.isEmpty() ? objects.tailMap(prefix, true) : objects.tailMap(afterKey, false);
            listed = from.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(prefix))
                    .limit(most)
                    .map(entry -> new Listed(entry.getKey(), entry.getValue().modified()))
                    .toList();
        }
        after.accept("list", prefix);
        return listed;
    }

    @Override
    public void delete(List<String> keys) {
        begin("delete", keys.isEmpty() ? "" : keys.get(0));
        synchronized (this) {
            keys.forEach(objects::remove);
        }
        after.accept("delete", keys.isEmpty() ? "" : keys.get(0));
    }

    @Override
    public void close() {}

    private void begin(String operation, String key) {
        before.accept(operation, key);
        if (away) {
            throw ServiceException.unavailable("region " + region + ": away", Duration.ofSeconds(1), null);
        }
    }
}
