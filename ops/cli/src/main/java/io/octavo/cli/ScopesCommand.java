package io.octavo.cli;

import picocli.CommandLine.Command;

@Command(
        name = "scopes",
        header = "Shows and changes whom versions are published to.",
        description = "A version is published to no scope, which is staged, to one, or to several; a scope can be added"
                + " to an old or staged version, and taken away again.",
        footer = {"  octavo scopes list prices", "  octavo scopes add prices 7 --scope region=eu --reason 'looks good'"
        },
        subcommands = {ScopesListCommand.class, ScopesAddCommand.class, ScopesWithdrawCommand.class})
@Manual(
        changes = "Nothing by itself; see its commands.",
        related = {"scopes list", "scopes add", "scopes withdraw"})
final class ScopesCommand {}
