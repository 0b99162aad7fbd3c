package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, read strictly from its raw query: the body is never taken for parameters, a decoded
 * comma splits nothing, and what isn't known, or is given twice where one is meant, is refused rather than ignored.
 */
final class Query {
    private static final int LONGEST_NUMBER = 18;

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private Query() {}

    /** Reads the query of a request that may have these parameters and no others. */
    static Query of(HttpServletRequest request, String... known) {
        Query query = new Query();
        for (String pair : pairs(request)) {
            query.add(pair, List.of(known));
        }
        return query;
    }

    /** All values of one parameter, whatever others the request has. */
    static List<String> named(HttpServletRequest request, String name) {
        Query query = new Query();
        for (String pair : pairs(request)) {
            int equals = pair.indexOf('=');
            if (decoded(pair, equals < 0 ? pair : pair.substring(0, equals)).equals(name)) {
                query.add(pair, List.of(name));
            }
        }
        return query.all(name);
    }

    /** A parameter that may be given once; null if it isn't. */
    @Nullable
    String text(String name) {
        List<String> given = all(name);
        if (given.size() > 1) {
            throw new InvalidField(name, String.join(" and ", given), "one value");
        }
        return given.isEmpty() ? null : given.get(0);
    }

    /** A parameter that must be given, once. */
    String requiredText(String name, String expected) {
        String text = text(name);
        if (text == null) {
            throw new InvalidField(name, "none", expected);
        }
        return text;
    }

    /** All values of a parameter, in the order given. */
    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** True or false; false if it isn't given. */
    boolean flag(String name) {
        String text = text(name);
        if (text == null || text.equals("false")) {
            return false;
        }
        if (!text.equals("true")) {
            throw new InvalidField(name, text, "true or false");
        }
        return true;
    }

    /** A whole number within bounds, both included. */
    int number(String name, int least, int most, int otherwise) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        long number = wholeNumber(name, text, least + "…" + most);
        if (number < least || number > most) {
            throw new InvalidField(name, text, least + "…" + most);
        }
        return (int) number;
    }

    /** A time to the millisecond; null if it isn't given. */
    @Nullable
    Instant time(String name) {
        String text = text(name);
        return text == null ? null : time(name, text, text);
    }

    /** Reads a time, to the millisecond. */
    static Instant time(String field, String text, Object shown) {
        try {
            return Instant.ofEpochMilli(Instant.parse(text).toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            throw new InvalidField(field, shown, "a time like 2026-01-31T12:00:00Z");
        }
    }

    /** Reads digits, and nothing but digits, as a number. */
    static long wholeNumber(String field, String text, String expected) {
        boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || text.length() > LONGEST_NUMBER) {
            throw new InvalidField(field, text, expected);
        }
        return Long.parseLong(text);
    }

    private static List<String> pairs(HttpServletRequest request) {
        String raw = request.getQueryString();
        return raw == null
                ? List.of()
                : Arrays.stream(raw.split("&", -1))
                        .filter(pair -> !pair.isEmpty())
                        .toList();
    }

    private void add(String pair, List<String> known) {
        int equals = pair.indexOf('=');
        String name = decoded(pair, equals < 0 ? pair : pair.substring(0, equals));
        if (!known.contains(name)) {
            throw new InvalidField(
                    name,
                    equals < 0 ? "" : pair.substring(equals + 1),
                    known.isEmpty() ? "no parameters here" : "one of the parameters " + String.join(", ", known));
        }
        values.computeIfAbsent(name, n -> new ArrayList<>())
                .add(equals < 0 ? "" : decoded(name, pair.substring(equals + 1)));
    }

    private static String decoded(String field, String raw) {
        try {
            // Byte for byte first, so that bytes that aren't UTF-8 are noticed instead of replaced.
            byte[] bytes = URLDecoder.decode(raw, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw new InvalidField(field, raw, "percent-encoded UTF-8");
        }
    }
}
