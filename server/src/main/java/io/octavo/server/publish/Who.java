package io.octavo.server.publish;

import io.octavo.rules.InvalidField;
import io.octavo.server.topic.Limits;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who asks, as the audit trail shows it. Without authentication it is what the caller says, and marked so. */
public final class Who {
    /** The REST header, and in lower case the gRPC metadata key, in which callers say who they are. */
    public static final String HEADER = "Octavo-Who";

    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?");

    private Who() {}

    /**
     * Marks what a caller says as unverified.
     *
     * @param claimed    null = the caller said nothing
     * @param remoteHost where the call came from
     */
    public static String unverified(@Nullable String claimed, String remoteHost) {
        if (claimed == null) {
            return "unverified:anonymous@" + remoteHost;
        }
        if (claimed.length() > Limits.NAME_LENGTH || !PRINTABLE.matcher(claimed).matches()) {
            throw new InvalidField(
                    HEADER, claimed, "user@host, of at most " + Limits.NAME_LENGTH + " printable ASCII characters");
        }
        return "unverified:" + claimed;
    }
}
