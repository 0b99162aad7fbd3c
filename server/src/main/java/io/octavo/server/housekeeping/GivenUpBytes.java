package io.octavo.server.housekeeping;

/** The bytes of versions that were given up. */
@FunctionalInterface
public interface GivenUpBytes {
    /**
     * Removes a payload from every region, and from what is exported there; harmless where it isn't. Blocks, with the
     * time-outs of the stores; throws if a region can't be asked, after all others were.
     *
     * @param isDirect whether it was kept beside the metadata
     */
    void delete(long payloadId, boolean isDirect);
}
