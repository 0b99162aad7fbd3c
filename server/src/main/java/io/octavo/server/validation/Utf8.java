package io.octavo.server.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;

/** Looks whether a stream of bytes is UTF-8, which Jackson does not in all places. For one thread. */
final class Utf8 {
    private final CharsetDecoder decoder = strict();
    private final CharBuffer thrownAway = CharBuffer.allocate(8 << 10);
    private byte[] rest = {};
    private long seen;

    static CharsetDecoder strict() {
        return UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /** The next bytes, which the caller may use again after it. */
    void take(byte[] bytes, int offset, int length) {
        ByteBuffer in = ByteBuffer.allocate(rest.length + length)
                .put(rest)
                .put(bytes, offset, length)
                .flip();
        decode(in, false);
        rest = new byte[in.remaining()];
        in.get(rest);
    }

    void end() {
        decode(ByteBuffer.wrap(rest), true);
    }

    private void decode(ByteBuffer in, boolean isEnd) {
        int from = in.position();
        CoderResult result;
        do {
            thrownAway.clear();
            result = decoder.decode(in, thrownAway, isEnd);
        } while (result.isOverflow());
        seen += in.position() - from;
        if (result.isError()) {
            throw Findings.refusal("payload", "other bytes from byte " + seen + " on", "UTF-8");
        }
    }
}
