package io.octavo.server.payload;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Uploads that were started, in memory: passes the same contract as the real ledger. */
public final class InMemoryUploadLedger implements UploadLedger {
    /** An upload that was started. */
    public record Started(String topic, long uploadId, boolean direct) {}

    private final InstantSource clock;
    private final List<Started> started = new CopyOnWriteArrayList<>();
    private final Map<Long, Upload> uploads = new ConcurrentSkipListMap<>();

    public InMemoryUploadLedger() {
        this(() -> Instant.EPOCH);
    }

    public InMemoryUploadLedger(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Origin started(String topic, long uploadId, boolean direct) {
        started.add(new Started(topic, uploadId, direct));
        Instant now = clock.instant();
        LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
        uploads.put(uploadId, new Upload(day, uploadId, topic, direct, now, null));
        return new Origin(installation(), topic, 0, now);
    }

    @Override
    public String installation() {
        return "ours";
    }

    @Override
    public List<LocalDate> days() {
        return uploads.values().stream().map(Upload::day).distinct().sorted().toList();
    }

    @Override
    public void visit(LocalDate day, Predicate<Upload> visitor) {
        for (Upload upload : List.copyOf(uploads.values())) {
            if (upload.day().equals(day) && !visitor.test(upload)) {
                return;
            }
        }
    }

    @Override
    public void aborted(Upload upload, Instant at) {
        uploads.put(
                upload.uploadId(),
                new Upload(upload.day(), upload.uploadId(), upload.topic(), upload.direct(), upload.started(), at));
    }

    @Override
    public void remove(Upload upload) {
        uploads.remove(upload.uploadId());
    }

    /** All that were ever started, oldest first. */
    public List<Started> started() {
        return List.copyOf(started);
    }

    /** Puts these on the list instead of those that are there. */
    public void setBack(List<Upload> uploadsThen) {
        uploads.clear();
        uploadsThen.forEach(upload -> uploads.put(upload.uploadId(), upload));
    }

    /** All that are on the list now. */
    public List<Upload> uploads() {
        return List.copyOf(uploads.values());
    }
}
