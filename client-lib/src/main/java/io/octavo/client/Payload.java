package io.octavo.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * The bytes of a version, complete and verified: size and SHA-256 are those that were published. Good until the
 * deserializer returns; only a {@link #file()} stays longer.
 */
public interface Payload {
    /** The topic's name. */
    String topic();

    /** The version's number. */
    long version();

    /** In bytes. */
    long size();

    /** As the publisher gave it; empty = unknown. */
    String contentType();

    /** What the publisher said about the version; unmodifiable. */
    Map<String, String> metadata();

    /** The bytes from the first one on. May be called again. The caller closes the stream. */
    InputStream openStream() throws IOException;

    /**
     * A file with the bytes, for reading only. Once asked for, it stays as long as the value that the deserializer
     * makes: until that is replaced and closed.
     */
    Path file() throws IOException;
}
