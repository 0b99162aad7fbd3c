package io.octavo.client;

import io.octavo.rules.InvalidField;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;

/** What configured values may be. Each answers the value if it is fine, and throws {@link InvalidField} if not. */
final class Bounds {
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private static final Pattern ENDPOINT =
            Pattern.compile("(https://)?([A-Za-z0-9._-]{1,253}|\\[[0-9a-fA-F:.%]+]):[0-9]{1,5}");

    /** Stands before the address of a node that speaks TLS. */
    private static final String TLS = "https://";

    private Bounds() {}

    static Duration duration(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidField(name, value, "from " + least + " to " + most);
        }
        return value;
    }

    static int number(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidField(name, value, "from " + least + " to " + most);
        }
        return value;
    }

    static String text(String name, String value, int longest) {
        if (value.isBlank() || value.length() > longest) {
            throw new InvalidField(name, value, "1 to " + longest + " characters");
        }
        return value;
    }

    /** A region, app or cluster, as scopes name it; may be empty. */
    static String label(String name, String value) {
        if (!value.isEmpty() && !LABEL.matcher(value).matches()) {
            throw new InvalidField(name, value, "at most 128 letters, digits, dots, underscores and dashes");
        }
        return value;
    }

    static String endpoint(String name, String value) {
        if (!ENDPOINT.matcher(value).matches() || port(value) < 1 || port(value) > 65535) {
            throw new InvalidField(name, value, "host:port, or https://host:port where it is to be TLS");
        }
        return value;
    }

    /** An endpoint, as it is told by a server that says beside it whether it speaks TLS. */
    static String endpoint(String name, String value, boolean tls) {
        return endpoint(name, tls ? TLS + value : value);
    }

    static boolean isTls(String endpoint) {
        return endpoint.startsWith(TLS);
    }

    static String host(String endpoint) {
        return endpoint.substring(isTls(endpoint) ? TLS.length() : 0, endpoint.lastIndexOf(':'));
    }

    static int port(String endpoint) {
        return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    }

    static URI server(URI value) {
        boolean isHttp = "http".equals(value.getScheme()) || "https".equals(value.getScheme());
        if (!isHttp || value.getHost() == null || value.getRawQuery() != null) {
            throw new InvalidField("server", value, "an address such as http://octavo.example:8080");
        }
        return value;
    }
}
