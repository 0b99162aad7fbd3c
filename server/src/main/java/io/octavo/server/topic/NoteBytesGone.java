package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.VersionRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * Notes that the bytes of versions that were given up are gone everywhere. Those of which that was noted before are left
 * out.
 */
public record NoteBytesGone(List<Long> versions) implements Command {
    public NoteBytesGone {
        versions = List.copyOf(versions);
        if (versions.isEmpty() || versions.size() > CollectVersions.MOST) {
            throw new IllegalArgumentException(
                    "versions: " + versions.size() + " (expected: 1 to " + CollectVersions.MOST + ")");
        }
    }

    @Override
    public void apply(TopicEdit edit) {
        List<Long> noted = new ArrayList<>();
        for (long version : versions) {
            VersionRecord row = edit.row(version);
            if (row != null && row.hasDeletion() && row.getBytesGoneMs() == 0) {
                edit.changeUnnamed(row.toBuilder().setBytesGoneMs(edit.now()).build());
                noted.add(version);
            }
        }
        if (noted.isEmpty()) {
            edit.nothingToDo(0);
            return;
        }
        edit.event(EventKind.BYTES_REMOVED, 0, List.of(), Numbers.text(noted));
    }

    @Override
    public Fingerprint fingerprint() {
        Fingerprint fingerprint = Fingerprint.of("bytes-gone");
        versions.forEach(fingerprint::add);
        return fingerprint;
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
