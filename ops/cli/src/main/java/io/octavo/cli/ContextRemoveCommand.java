package io.octavo.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "remove",
        header = "Forgets a context.",
        description = "Its files of token and certificates stay. If it was in use, none is.",
        footer = "  octavo context remove production")
@Manual(
        changes = "The file of contexts; nothing at the server.",
        related = {"context", "context add"})
final class ContextRemoveCommand implements LocalCommand {
    @Parameters(paramLabel = "NAME")
    private String name = "";

    @Override
    public void run(Shell shell, GlobalOptions globals) throws IOException {
        Contexts.read(shell.environment()).without(name).write();
        if (globals.json()) {
            shell.out().println(Json.write(Json.object().put("removed", name)));
        } else {
            shell.out().println("Removed context " + name);
        }
    }
}
