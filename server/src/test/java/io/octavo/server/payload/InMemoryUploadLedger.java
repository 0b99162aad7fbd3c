package io.octavo.server.payload;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Uploads that were started, in memory: passes the same contract as the real ledger. */
public final class InMemoryUploadLedger implements UploadLedger {
    /** An upload that was started. */
    public record Started(String topic, long uploadId, boolean direct) {}

    private final InstantSource clock;
    private final List<Started> started = new CopyOnWriteArrayList<>();
    private final Map<Long, Upload> uploads = new ConcurrentSkipListMap<>();
    private final NavigableSet<LocalDate> days = new ConcurrentSkipListSet<>();

    public InMemoryUploadLedger() {
        this(() -> Instant.EPOCH);
    }

    public InMemoryUploadLedger(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Origin started(String topic, long uploadId, boolean direct) {
        started.add(new Started(topic, uploadId, direct));
        Instant now;
        do {
            now = clock.instant();
            uploads.put(uploadId, new Upload(dayOf(now), uploadId, topic, direct, now, null));
        } while (!dayOf(now).equals(dayOf(clock.instant())));
        return new Origin(installation(), topic, 0, now);
    }

    @Override
    public String installation() {
        return "ours";
    }

    @Override
    public List<LocalDate> days() {
        LocalDate today = dayOf(clock.instant());
        if (days.isEmpty()) {
            uploads.values().forEach(upload -> days.add(upload.day()));
        }
        boolean isBehind = !days.isEmpty() && days.last().isBefore(today);
        for (LocalDate day = isBehind ? days.last().plusDays(1) : today; !day.isAfter(today); day = day.plusDays(1)) {
            days.add(day);
        }
        return List.copyOf(days);
    }

    @Override
    public void removeIfEmpty(LocalDate day) {
        if (uploads.values().stream().noneMatch(upload -> upload.day().equals(day))) {
            days.remove(day);
        }
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
        days.add(upload.day());
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

    /** Puts these on the list, and their days, instead of those that are there. */
    public void setBack(List<Upload> uploadsThen) {
        uploads.clear();
        days.clear();
        for (Upload upload : uploadsThen) {
            uploads.put(upload.uploadId(), upload);
            days.add(upload.day());
        }
    }

    private static LocalDate dayOf(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    /** All that are on the list now. */
    public List<Upload> uploads() {
        return List.copyOf(uploads.values());
    }
}
