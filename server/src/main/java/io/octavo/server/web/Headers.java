package io.octavo.server.web;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import io.octavo.rules.InvalidField;
import io.octavo.server.publish.Who;
import io.octavo.server.security.Identity;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The headers of requests and answers that mean something here, read strictly. */
final class Headers {
    static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    static final String EXPECTED_VERSION = "Octavo-Expected-Version";
    static final String REPLAYED = "Octavo-Replayed";
    static final String VERSION = "Octavo-Version";
    static final String CONTENT_DIGEST = "Content-Digest";
    static final String REPR_DIGEST = "Repr-Digest";
    static final String IF_MATCH = "If-Match";
    static final String IF_NONE_MATCH = "If-None-Match";

    private static final Pattern SHA_256 =
            Pattern.compile("(?:^|,)\\s*sha-256\\s*=\\s*:([A-Za-z0-9+/=]*):\\s*(?=$|[,;])");
    private static final Pattern REVISION = Pattern.compile("\"([0-9]{1,18})\"");

    private Headers() {}

    /** A header that may be given once; null if it isn't. */
    static @Nullable String one(HttpServletRequest request, String name) {
        List<String> given = Collections.list(request.getHeaders(name));
        if (given.size() > 1) {
            throw new InvalidField(name, String.join(" and ", given), "one such header");
        }
        return given.isEmpty() ? null : given.get(0);
    }

    /** Who asks, as the audit trail shows it. */
    static String who(HttpServletRequest request) {
        Identity identity = Access.identity(request);
        return identity != null ? identity.name() : Who.unverified(one(request, Who.HEADER), request.getRemoteAddr());
    }

    /** The newest version that the caller wants there to be; null = any. */
    static @Nullable Long expectedVersion(HttpServletRequest request) {
        String text = one(request, EXPECTED_VERSION);
        return text == null
                ? null
                : Query.wholeNumber(EXPECTED_VERSION, text, "0 for no version yet, or a version's number");
    }

    /** The revision that the caller has seen, from {@code If-Match}; null = any. */
    static @Nullable Long expectedRevision(HttpServletRequest request) {
        String text = one(request, IF_MATCH);
        if (text == null) {
            return null;
        }
        Matcher revision = REVISION.matcher(text);
        if (!revision.matches()) {
            throw new InvalidField(IF_MATCH, text, "the ETag of the topic: its revision in double quotes");
        }
        return Long.valueOf(revision.group(1));
    }

    /** The SHA-256 that the caller announces (RFC 9530); empty if none. */
    static ByteString contentDigest(HttpServletRequest request) {
        return digest(String.join(", ", Collections.list(request.getHeaders(CONTENT_DIGEST))));
    }

    /** The SHA-256 of a {@code Content-Digest}; empty if there is no text. */
    static ByteString digest(String text) {
        if (text.isEmpty()) {
            return ByteString.EMPTY;
        }
        Matcher digest = SHA_256.matcher(text);
        try {
            if (digest.find()) {
                byte[] bytes = Base64.getDecoder().decode(digest.group(1));
                if (bytes.length == Digests.LENGTH) {
                    return ByteString.copyFrom(bytes);
                }
            }
        } catch (IllegalArgumentException e) {
            // Said below, as of any other value that is none.
        }
        throw new InvalidField(CONTENT_DIGEST, text, "sha-256=:base64 of 32 bytes:");
    }

    static String reprDigest(ByteString sha256) {
        return "sha-256=:" + Base64.getEncoder().encodeToString(sha256.toByteArray()) + ":";
    }

    /** An entity tag: the text in double quotes. */
    static String etag(Object text) {
        return "\"" + text + "\"";
    }

    /** Whether the caller has what the tag names already. */
    static boolean noneMatchHas(HttpServletRequest request, String etag) {
        for (String header : Collections.list(request.getHeaders(IF_NONE_MATCH))) {
            for (String tag : header.split(",", -1)) {
                String bare = tag.strip();
                if (bare.equals("*") || bare.equals(etag) || bare.equals("W/" + etag)) {
                    return true;
                }
            }
        }
        return false;
    }
}
