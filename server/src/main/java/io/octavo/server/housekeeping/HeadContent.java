package io.octavo.server.housekeeping;

import com.google.protobuf.CodedOutputStream;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a head says, beside its position. */
final class HeadContent {
    private HeadContent() {}

    /** 64 bits of the digest of all but revision and time, never 0: heads for which it is the same say the same. */
    static long of(TopicHead head) {
        TopicHead content = head.toBuilder().clearRevision().clearLastEventMs().build();
        byte[] bytes = new byte[content.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            content.writeTo(out);
        } catch (IOException e) {
            throw new AssertionError("the array has the message's size", e);
        }
        long digest = ByteBuffer.wrap(Digests.sha256(bytes)).getLong();
        return digest == 0 ? 1 : digest;
    }

    /** The versions that can be asked of who has this head. */
    static List<VersionRecord> served(TopicHead head) {
        return head.hasDeletion() ? List.of() : head.getVersionsList();
    }

    /** The ids of the direct payloads that it names, but for empty ones, which are kept nowhere. */
    static Set<Long> payloads(TopicHead head) {
        return served(head).stream()
                .flatMap(version -> version.getPartsList().stream())
                .filter(part -> part.hasDirect() && part.getSize() > 0)
                .map(Part::getDirect)
                .map(pointer -> pointer.getPayloadId())
                .collect(Collectors.toUnmodifiableSet());
    }
}
