package io.octavo.cli;

import io.octavo.rules.InvalidField;
import picocli.CommandLine.Option;

/** How long a list may get. */
final class LimitOption {
    private static final int MOST = 100_000;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "At most so many, all pages together, 1 to 100000; default ${DEFAULT-VALUE}.")
    private int limit;

    int value() {
        if (limit < 1 || limit > MOST) {
            throw new InvalidField("--limit", limit, "1 to " + MOST);
        }
        return limit;
    }
}
