package io.octavo.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "context",
        header = "Lists the servers that you have given names, and tells which is in use.",
        description = {
            "A context is a server's address with the files of a token and of certificates to trust there. The one in"
                    + " use goes without saying; --context NAME takes another for one command. --server goes before"
                    + " both, and $OCTAVO_SERVER before the one in use.",
            "They are kept in contexts.json in $OCTAVO_CONFIG, else $XDG_CONFIG_HOME/octavo, else ~/.config/octavo."
                    + " Tokens are not in it, and are never printed."
        },
        footer = {
            "  octavo context",
            "  octavo context add production --server https://octavo.example.org --token-file ~/.octavo-token",
            "  octavo context use production",
            "  octavo topics --context production"
        },
        subcommands = {ContextAddCommand.class, ContextUseCommand.class, ContextRemoveCommand.class})
@Manual(related = {"context add", "context use", "context remove", "status"})
final class ContextCommand implements LocalCommand {
    @Override
    public void run(Shell shell, GlobalOptions globals) throws IOException {
        Contexts contexts = Contexts.read(shell.environment());
        if (globals.json()) {
            shell.out().println(Json.write(document(contexts)));
            return;
        }
        Table table = new Table("IN USE", "NAME", "SERVER", "TOKEN FILE", "CERTIFICATES");
        for (Context context : contexts.sorted()) {
            table.row(
                    context.equals(contexts.inUse()) ? "*" : " ",
                    context.name(),
                    context.server().toString(),
                    text(context.tokenFile()),
                    text(context.ca()));
        }
        table.print(shell.out());
        if (!shell.environment().getOrDefault("OCTAVO_SERVER", "").isEmpty()) {
            shell.err().println("OCTAVO_SERVER is set and goes before the context in use.");
        }
    }

    private static ObjectNode document(Contexts contexts) {
        ObjectNode document = Json.object();
        Context inUse = contexts.inUse();
        if (inUse != null) {
            document.put("current", inUse.name());
        }
        ArrayNode list = document.putArray("contexts");
        contexts.sorted().forEach(context -> {
            ObjectNode entry = list.addObject().put("name", context.name());
            entry.setAll(context.document());
        });
        return document;
    }

    private static String text(@Nullable Path path) {
        return path == null ? "" : path.toString();
    }
}
