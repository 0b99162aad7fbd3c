package io.octavo.cli;

import picocli.CommandLine.Command;

/** What is done about the fallback caches; each in a command of its own. */
@Command(
        name = "fallback",
        header = "Looks into the fallback caches, from which services start while the metadata store is away.",
        description = "How old they are is told by octavo status.",
        subcommands = FallbackVerifyCommand.class,
        footer = {"  octavo fallback verify"})
@Manual(
        changes = "Nothing by itself; see its commands.",
        related = {"fallback verify", "status", "housekeeping run"})
final class FallbackCommand {}
