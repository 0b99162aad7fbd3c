package io.octavo.server.payload;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Uploads that were started, in a list. */
public final class InMemoryUploadLedger implements UploadLedger {
    /** An upload that was started. */
    public record Started(String topic, long uploadId, boolean direct) {}

    private final List<Started> started = new CopyOnWriteArrayList<>();

    @Override
    public void started(String topic, long uploadId, boolean direct) {
        started.add(new Started(topic, uploadId, direct));
    }

    /** All of them, oldest first. */
    public List<Started> started() {
        return List.copyOf(started);
    }
}
