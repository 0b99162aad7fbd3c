package io.octavo.server.publish;

import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.rules.InvalidField;
import io.octavo.server.publish.PayloadIntake.Announced;
import java.io.InputStream;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Looks at objects in S3 that versions are to be made of. Calls block; safe for use by several threads. */
@FunctionalInterface
public interface ExternalObjects {
    /** Takes none. */
    ExternalObjects NONE = (locations, announced, checks) -> {
        throw new InvalidField("locations", locations.size() + " entries", "a node that takes objects of others");
    };

    /**
     * Checks that the objects are there, as announced, and may be used.
     *
     * @param checks to be read through, its end must be reached; null = the bytes need not be looked at
     * @return ready for a version's record
     * @throws InvalidField if an object may not be used, or is not there
     * @throws io.octavo.server.errors.ServiceException DIGEST_MISMATCH, TOO_LARGE, RATE_LIMITED or UNAVAILABLE; or
     *     VALIDATION_FAILED if they are too large to be looked at, or what the checks throw
     */
    Part check(List<S3Location> locations, Announced announced, @Nullable UnaryOperator<InputStream> checks);
}
