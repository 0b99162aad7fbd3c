package io.octavo.server.topic;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.octavo.rules.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;

/** SHA-256 over everything that a request asks for, so that a key used for something else is noticed. */
final class Fingerprint {
    private final MessageDigest digest = Digests.newSha256();

    private Fingerprint() {}

    static Fingerprint of(String kind) {
        return new Fingerprint().add(kind);
    }

    Fingerprint add(String text) {
        return add(text.getBytes(StandardCharsets.UTF_8));
    }

    Fingerprint add(long number) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
        return this;
    }

    Fingerprint add(ByteString bytes) {
        return add(bytes.toByteArray());
    }

    /** Adds a message that has no map in it: only those are always written the same. */
    Fingerprint add(MessageLite message) {
        return add(message.toByteArray());
    }

    Fingerprint add(Map<String, String> map) {
        add(map.size());
        new TreeMap<>(map).forEach((key, value) -> add(key).add(value));
        return this;
    }

    ByteString toByteString() {
        return ByteString.copyFrom(digest.digest());
    }

    private Fingerprint add(byte[] bytes) {
        add(bytes.length);
        digest.update(bytes);
        return this;
    }
}
