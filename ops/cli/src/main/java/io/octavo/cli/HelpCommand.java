package io.octavo.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.IHelpCommandInitializable2;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Picocli's own clashes with the options that every command inherits. */
@Command(name = "help", helpCommand = true, header = "Tells more about a command.", footer = "  octavo help publish")
final class HelpCommand implements IHelpCommandInitializable2, Runnable {
    @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "The command; without one, tells of all.")
    private @Nullable String command;

    private @Nullable CommandLine line;

    @Override
    public void init(CommandLine line, ColorScheme colours, PrintWriter out, PrintWriter err) {
        this.line = line;
    }

    @Override
    public void run() {
        CommandLine whole = line == null ? null : line.getParent();
        if (whole == null) {
            throw new IllegalStateException("help without a command line");
        }
        CommandLine about = command == null ? whole : whole.getSubcommands().get(command);
        if (about == null) {
            throw new ParameterException(whole, "unknown command: " + command);
        }
        about.usage(whole.getOut());
    }
}
