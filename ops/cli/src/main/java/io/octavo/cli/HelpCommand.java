package io.octavo.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.IHelpCommandInitializable2;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Picocli's own clashes with the options that every command inherits. */
@Command(
        name = "help",
        helpCommand = true,
        header = "Tells more about a command.",
        description = "The same as octavo COMMAND --help.",
        footer = {"  octavo help publish", "  octavo help scopes add"})
@Manual(related = {"completion", "status"})
final class HelpCommand implements IHelpCommandInitializable2, Runnable {
    @Parameters(paramLabel = "COMMAND", arity = "0..2", description = "The command; without one, tells of all.")
    private List<String> names = new ArrayList<>();

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
        CommandLine about = whole;
        for (String name : names) {
            CommandLine named = about.getSubcommands().get(name);
            if (named == null) {
                throw new ParameterException(whole, "unknown command: " + String.join(" ", names));
            }
            about = named;
        }
        about.usage(whole.getOut());
    }
}
