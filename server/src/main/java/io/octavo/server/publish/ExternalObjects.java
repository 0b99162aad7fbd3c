package io.octavo.server.publish;

import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.rules.InvalidField;
import io.octavo.server.publish.PayloadIntake.Announced;
import java.util.List;

/** Looks at objects in S3 that versions are to be made of. Calls block; safe for use by several threads. */
@FunctionalInterface
public interface ExternalObjects {
    /** Takes none. */
    ExternalObjects NONE = (locations, announced) -> {
        throw new InvalidField("locations", locations.size() + " entries", "a node that takes objects of others");
    };

    /**
     * Checks that the objects are there, as announced, and may be used.
     *
     * @return ready for a version's record
     * @throws InvalidField if an object may not be used, or is not there
     * @throws io.octavo.server.errors.ServiceException DIGEST_MISMATCH, TOO_LARGE, RATE_LIMITED or UNAVAILABLE
     */
    Part check(List<S3Location> locations, Announced announced);
}
