package io.octavo.cli;

import io.octavo.rules.InvalidField;
import picocli.CommandLine.Option;

/** Why a change is made: kept in the audit trail. */
final class ReasonOption {
    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; others will read it.")
    private String reason = "";

    String text() {
        if (reason.isBlank()) {
            throw new InvalidField("--reason", reason, "why this is done");
        }
        return reason;
    }
}
