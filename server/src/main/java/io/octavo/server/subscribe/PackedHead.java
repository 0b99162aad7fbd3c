package io.octavo.server.subscribe;

import com.google.protobuf.InvalidProtocolBufferException;
import io.octavo.protocol.TopicHead;
import java.lang.ref.WeakReference;

/**
 * A head in little memory: as it is serialized, a sixth of what its objects take. Who asks for it whole is given the one
 * that was read last, if somebody still has it or the garbage collector hasn't come by since; so when many are told of a
 * change, it is read once. Safe for use by many threads.
 */
final class PackedHead {
    private final byte[] bytes;
    private volatile WeakReference<TopicHead> last;

    PackedHead(TopicHead head) {
        this.bytes = head.toByteArray();
        this.last = new WeakReference<>(head);
    }

    TopicHead whole() {
        TopicHead there = last.get();
        if (there != null) {
            return there;
        }
        TopicHead read = read();
        last = new WeakReference<>(read);
        return read;
    }

    private TopicHead read() {
        try {
            return TopicHead.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a head can't be read that was written here", e);
        }
    }
}
