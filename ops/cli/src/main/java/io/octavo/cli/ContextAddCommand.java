package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "add",
        header = "Gives a server a name.",
        description = "Keeps the address of --server, the path of --token-file and that of --ca under the name; a"
                + " context of that name is replaced. The first one is in use at once.",
        footer = {
            "  octavo context add local --server http://127.0.0.1:8080",
            "  octavo context add production --server https://octavo.example.org --token-file ~/.octavo-token --ca"
                    + " ca.pem"
        })
@Manual(
        changes = "The file of contexts; nothing at the server.",
        related = {"context", "context use", "context remove"})
final class ContextAddCommand implements LocalCommand {
    @Parameters(paramLabel = "NAME")
    private String name = "";

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The file with the token to authenticate with, read at every use.")
    private @Nullable Path tokenFile;

    @Override
    public void run(Shell shell, GlobalOptions globals) throws IOException {
        if (globals.server() == null) {
            throw Failure.usage("--server is missing: the address to give a name");
        }
        if (globals.token() != null) {
            throw Failure.usage("--token is not kept in a context: put it in a file and name that with --token-file");
        }
        Context context = new Context(
                name,
                ServerAddress.parse("--server", globals.server()),
                readable("--token-file", tokenFile),
                readable("--ca", globals.ca() == null ? null : Path.of(globals.ca())));
        if (context.ca() != null) {
            Trust.besidesKnown(context.ca());
        }
        Contexts contexts = Contexts.read(shell.environment()).with(context);
        contexts.write();
        boolean isInUse = context.equals(contexts.inUse());
        if (globals.json()) {
            shell.out().println(Json.write(context.document().put("name", name)));
        } else {
            shell.out()
                    .println("Added context " + name + " for " + context.server()
                            + (isInUse ? ", in use" : "; use it with: octavo context use " + name));
        }
    }

    private static @Nullable Path readable(String option, @Nullable Path file) {
        if (file == null) {
            return null;
        }
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new InvalidField(option, file, "a readable file");
        }
        return file.toAbsolutePath().normalize();
    }
}
