package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.http.ContentDisposition;

/**
 * The headers of one part of a form.
 *
 * @param name   of the part
 * @param values by the header's name in lower case
 */
record PartHeaders(String name, Map<String, String> values) {
    /** Of all headers of a part together. */
    static final int MOST_BYTES = 4 << 10;

    private static final String DISPOSITION = "content-disposition";
    private static final Set<String> OWN_BYTES = Set.of("", "binary", "8bit", "7bit", "identity");

    /** Reads headers, with the empty line after them. */
    static PartHeaders of(String text) {
        Map<String, String> values = new HashMap<>();
        for (String line : text.strip().split("\r\n", -1)) {
            int colon = line.indexOf(':');
            String header = colon < 1 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (header.isEmpty() || !header.equals(header.strip())) {
                throw new InvalidField("body", line, "a header of a part: name, colon, value, on one line");
            }
            if (values.putIfAbsent(header, line.substring(colon + 1).strip()) != null) {
                throw new InvalidField(header, line, "each header of a part once");
            }
        }
        return new PartHeaders(name(values.getOrDefault(DISPOSITION, "none")), Map.copyOf(values));
    }

    /** A header, empty if it isn't there. */
    String value(String header) {
        return values.getOrDefault(header.toLowerCase(Locale.ROOT), "");
    }

    /** Refuses a part whose bytes stand for others. */
    void requireOwnBytes() {
        for (String header : new String[] {"Content-Transfer-Encoding", "Content-Encoding"}) {
            if (!OWN_BYTES.contains(value(header).toLowerCase(Locale.ROOT))) {
                throw new InvalidField(header, value(header), "none, the payload as it is");
            }
        }
    }

    private static String name(String disposition) {
        try {
            ContentDisposition read = ContentDisposition.parse(disposition);
            String name = read.getName();
            if (read.isFormData() && name != null && !name.isEmpty()) {
                return name;
            }
        } catch (IllegalArgumentException e) {
            // Said below, as of any other part without a name.
        }
        throw new InvalidField("Content-Disposition", disposition, "form-data with the part's name");
    }
}
