package io.octavo.cli;

import picocli.CommandLine.Command;

/** What is done with tokens; each in a command of its own. */
@Command(
        name = "token",
        header = "Makes, lists and revokes the tokens by which callers sign in.",
        description = "All but hash take the token of somebody who is admin of all topics.",
        subcommands = {
            TokenCreateCommand.class,
            TokenListCommand.class,
            TokenRevokeCommand.class,
            TokenHashCommand.class
        },
        footer = {
            "  octavo token create ci-prices --role publisher --topics 'prices*' --expires 90d",
            "  octavo token revoke ci-prices --reason 'the build moved'"
        })
final class TokenCommand {}
