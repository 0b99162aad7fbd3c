package io.octavo.server.payload;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Open uploads in memory: passes the same contract as the real list. */
public final class InMemoryOpenUploads implements OpenUploads {
    private final InstantSource clock;
    private final Map<List<String>, OpenUpload> uploads = new ConcurrentHashMap<>();

    private volatile Consumer<String> before = operation -> {};

    public InMemoryOpenUploads(InstantSource clock) {
        this.clock = clock;
    }

    void before(Consumer<String> hook) {
        before = hook;
    }

    @Override
    public @Nullable OpenUpload find(String topic, String key) {
        before.accept("list: find");
        forgetTheExpired();
        return uploads.get(List.of(topic, key));
    }

    @Override
    public OpenUpload putIfAbsent(OpenUpload upload) {
        before.accept("list: put if absent");
        forgetTheExpired();
        OpenUpload standing = uploads.putIfAbsent(List.of(upload.topic(), upload.key()), upload);
        return standing == null ? upload : standing;
    }

    @Override
    public void remove(OpenUpload upload) {
        before.accept("list: forget");
        uploads.computeIfPresent(
                List.of(upload.topic(), upload.key()),
                (key, standing) -> standing.uploadId() == upload.uploadId() ? null : standing);
    }

    @Override
    public int count(String topic, int most) {
        before.accept("list: count");
        forgetTheExpired();
        return (int) uploads.values().stream()
                .filter(upload -> upload.topic().equals(topic))
                .limit(most)
                .count();
    }

    private void forgetTheExpired() {
        uploads.values().removeIf(upload -> !upload.expires().isAfter(clock.instant()));
    }
}
