package io.octavo.server.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a payload fails its checks: as many places as are of use, and as fit in the trailers of a gRPC answer, for which
 * clients take 8 KiB at most. For one thread.
 */
final class Findings {
    private static final int MOST = 10;
    private static final int MOST_BYTES = 2_500;
    private static final int LONGEST = 100;

    private final List<InvalidField> places = new ArrayList<>();
    private int bytes;

    /**
     * Notes a place, if there is room.
     *
     * @param place    the field, such as {@code payload line 3}
     * @param found    what is there; cut
     * @param expected what should be; cut
     */
    void add(String place, String found, String expected) {
        InvalidField finding = new InvalidField(cut(place), cut(found), cut(expected));
        int size = String.valueOf(finding.getMessage()).getBytes(UTF_8).length;
        if (places.isEmpty() || (!isFull() && bytes + size <= MOST_BYTES)) {
            places.add(finding);
        }
        bytes += size;
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    /** Whether nothing more would be noted. */
    boolean isFull() {
        return places.size() >= MOST || bytes >= MOST_BYTES;
    }

    ServiceException refusal() {
        return ServiceException.validationFailed(places);
    }

    /** The refusal for one place only. */
    static ServiceException refusal(String place, String found, String expected) {
        Findings one = new Findings();
        one.add(place, found, expected);
        return one.refusal();
    }

    /** The start of a text, for a person. */
    private static String cut(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end) + "…";
    }
}
