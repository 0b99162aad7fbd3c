package io.octavo.server.publish;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Validation;
import io.octavo.rules.Digests;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.topic.Limits;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.validation.PayloadChecks;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A new version as somebody asks for it, all but its bytes; made only if everything in it can be taken.
 *
 * @param scopes          whom it is published to; empty = everybody, unless {@code stage} is set
 * @param stage           published to nobody yet
 * @param key             the idempotency key; null = none
 * @param expectedVersion the newest version there must be, 0 = none; null = any
 * @param ifChanged       nothing is made if the newest version is the same
 * @param hold            why the version is held from retention; null = it isn't
 * @param reason          for the audit trail; may be empty
 * @param announced       what is said about the bytes
 * @param who             who asks
 */
public record PublishOrder(
        String topic,
        List<Scope> scopes,
        boolean stage,
        Map<String, String> metadata,
        @Nullable String key,
        @Nullable Long expectedVersion,
        boolean ifChanged,
        @Nullable String hold,
        String reason,
        Announced announced,
        String who) {
    /** A content type goes out as a header again, so it must be able to be one. */
    private static final Pattern CONTENT_TYPE = Pattern.compile("[\\x20-\\x7e]{0," + Limits.NAME_LENGTH + "}");

    public PublishOrder {
        TopicNames.check(topic);
        scopes = List.copyOf(scopes);
        metadata = Map.copyOf(metadata);
        if (stage && !scopes.isEmpty()) {
            throw new InvalidField("stage", true, "no scope beside it: what is staged is published to nobody yet");
        }
        if (key != null) {
            Limits.checkSaid("Idempotency-Key", key, Limits.NAME_LENGTH);
        }
        check(announced);
        // The command checks the rest; here, before the first byte of the payload is read.
        new PublishVersion(List.of(), metadata, scopes, expectedVersion, ifChanged, hold, 0, reason);
    }

    /** The scopes it goes to if the topic does not require one: those named, else everybody. */
    List<Scope> wantedScopes() {
        return scopes.isEmpty() && !stage ? List.of(Scope.getDefaultInstance()) : scopes;
    }

    /** Whether it says to whom it goes, be it to nobody yet. */
    boolean saysScope() {
        return stage || !scopes.isEmpty();
    }

    /**
     * The command, once the bytes are known.
     *
     * @param checked the topic's checks of the bytes, which they have passed
     */
    PublishVersion command(Part part, long uploadId, Validation checked) {
        return new PublishVersion(
                List.of(part),
                metadata,
                wantedScopes(),
                expectedVersion,
                ifChanged,
                hold,
                uploadId,
                reason,
                saysScope(),
                PayloadChecks.content(checked));
    }

    private static void check(Announced announced) {
        if (announced.size() != null && announced.size() < 0) {
            throw new InvalidField("size", announced.size(), "0 or more bytes");
        }
        int length = announced.sha256().size();
        if (length != 0 && length != Digests.LENGTH) {
            throw new InvalidField(
                    "sha256", hex(announced.sha256()), "a SHA-256 digest of " + Digests.LENGTH + " bytes");
        }
        if (!CONTENT_TYPE.matcher(announced.contentType()).matches()) {
            throw new InvalidField(
                    "contentType",
                    announced.contentType(),
                    "at most " + Limits.NAME_LENGTH + " printable ASCII characters");
        }
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
