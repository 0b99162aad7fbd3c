package io.octavo.server.payload;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Open uploads in memory: passes the same contract as the real list. */
public final class InMemoryOpenUploads implements OpenUploads {
    private final InstantSource clock;
    private final Map<List<String>, OpenUpload> uploads = new ConcurrentHashMap<>();

    public InMemoryOpenUploads(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public @Nullable OpenUpload find(String topic, String key) {
        forgetTheExpired();
        return uploads.get(List.of(topic, key));
    }

    @Override
    public OpenUpload putIfAbsent(OpenUpload upload) {
        forgetTheExpired();
        OpenUpload standing = uploads.putIfAbsent(List.of(upload.topic(), upload.key()), upload);
        return standing == null ? upload : standing;
    }

    @Override
    public void remove(OpenUpload upload) {
        uploads.computeIfPresent(
                List.of(upload.topic(), upload.key()),
                (key, standing) -> standing.uploadId() == upload.uploadId() ? null : standing);
    }

    @Override
    public int count(String topic, int most) {
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
