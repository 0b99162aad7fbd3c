package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where a list goes on. Callers are to give it back as it is; what is in it may change. */
final class PageToken {
    static final String PARAMETER = "pageToken";
    private static final String EXPECTED = "the nextPageToken of an earlier answer to this request";

    private PageToken() {}

    /** A token of a list of some kind whose last entry was this. */
    static String after(char kind, Object last) {
        String text = kind + ":" + last;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The last entry that the token was made of; null if there is no token. */
    static @Nullable String read(char kind, Query query) {
        String token = query.text(PARAMETER);
        if (token == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith(kind + ":")) {
                return text.substring(2);
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw invalid(token);
    }

    /** The name that a token was made of, of a list of topics by name; empty if there is no token. */
    static String afterTopic(char kind, Query query) {
        String last = read(kind, query);
        if (last == null) {
            return "";
        }
        if (!TopicNames.isValid(last)) {
            throw invalid(last);
        }
        return last;
    }

    /** The number that a token was made of, of a list that is ordered by numbers, the highest first. */
    static long below(char kind, Query query) {
        String last = read(kind, query);
        return last == null ? Long.MAX_VALUE : Query.wholeNumber(PARAMETER, last, EXPECTED);
    }

    static InvalidField invalid(String token) {
        return new InvalidField(PARAMETER, token, EXPECTED);
    }
}
