package io.octavo.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "use",
        header = "Takes a context into use.",
        description = "From then on commands go to its server, unless --server, --context or $OCTAVO_SERVER says"
                + " otherwise.",
        footer = "  octavo context use production")
@Manual(
        changes = "The file of contexts; nothing at the server.",
        related = {"context", "context add"})
final class ContextUseCommand implements LocalCommand {
    @Parameters(paramLabel = "NAME")
    private String name = "";

    @Override
    public void run(Shell shell, GlobalOptions globals) throws IOException {
        Contexts contexts = Contexts.read(shell.environment()).using(name);
        contexts.write();
        Context context = contexts.named(name);
        if (globals.json()) {
            shell.out().println(Json.write(context.document().put("name", name)));
        } else {
            shell.out().println("Using context " + name + " for " + context.server());
        }
    }
}
