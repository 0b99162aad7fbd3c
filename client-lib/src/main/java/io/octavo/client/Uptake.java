package io.octavo.client;

/**
 * How far the live instances that are to run a version have come, by their own word.
 *
 * @param instances that are to run it; those that a narrower scope or a configuration of their own gives another version
 *     are not among them
 * @param running   of these, those that do
 * @param failed    of these, those that don't, for they failed
 * @param complete  whether all subscribe nodes knew of the version and could say who polls them; if not, there may be
 *     more instances
 */
public record Uptake(long instances, long running, long failed, boolean complete) {
    private static final int ALL = 100;

    /** Whether so many of the instances run it, and nothing hides that some don't. With no instances at all, they do. */
    public boolean isReached(int percent) {
        return complete && running * ALL >= instances * percent;
    }
}
