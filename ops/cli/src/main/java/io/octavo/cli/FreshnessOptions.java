package io.octavo.cli;

import io.octavo.rules.InvalidField;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How new an answer must be. */
final class FreshnessOptions {
    @Option(
            names = "--strict",
            description =
                    "Sees every write that was acknowledged before. Takes longer, and fails if that can't be said.")
    private boolean strict;

    @Option(
            names = "--min-revision",
            paramLabel = "N",
            description = "Of this revision of the topic or a later one, as the answer to a write tells it.")
    private @Nullable Long minRevision;

    /** Adds what was asked for; refuses what can't be asked for of the past. */
    Target addTo(Target target, @Nullable String at) {
        if (at != null && (strict || minRevision != null)) {
            throw Failure.usage("--at excludes --strict and --min-revision: the past is what it was");
        }
        if (minRevision != null && minRevision < 1) {
            throw new InvalidField("--min-revision", minRevision, "1 or more");
        }
        return target.with("strict", strict ? true : null).with("minRevision", minRevision);
    }

    boolean isGiven() {
        return strict || minRevision != null;
    }
}
