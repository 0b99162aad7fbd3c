package io.octavo.server.topic;

import io.octavo.protocol.TopicHead;
import java.util.List;

/** A change of a topic, as somebody asks for it: applied to whatever head stands when its turn comes. */
public sealed interface Command
        permits PublishVersion,
                AddScope,
                WithdrawVersion,
                PinScope,
                UnpinScope,
                ExpirePin,
                QuarantineVersion,
                LiftQuarantine,
                HoldVersion,
                ReleaseHold,
                ExpireHold,
                ChangeSettings,
                DeleteVersion,
                CollectVersions,
                NoteBytesGone,
                DeleteTopic,
                CollectTopic,
                TrimHistory,
                RestoreTopic,
                ArchiveTopic,
                UnarchiveTopic,
                RestampTopic,
                RollbackTopic {
    /**
     * Makes the change on an edit of the head; may be called again on a newer one.
     *
     * @throws io.octavo.server.errors.ServiceException if the topic's state forbids it
     * @throws io.octavo.rules.InvalidField if what is asked for can't be
     */
    void apply(TopicEdit edit);

    /** Everything that is asked for. */
    Fingerprint fingerprint();

    /** Whether it may use the part of the head that is kept for emergencies. */
    default boolean isEmergency() {
        return false;
    }

    /**
     * What takes this change back, in this order; nothing if there is no such thing.
     *
     * @param before the head that stood before this was done
     * @param done   what it did
     */
    default List<Command> undo(TopicHead before, Committed done) {
        return List.of();
    }

    /** The upload whose payload it makes part of a version; 0 = none. */
    default long uploadId() {
        return 0;
    }
}
