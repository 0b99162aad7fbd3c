package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code octavo} command. */
@Command(
        name = "octavo",
        header = "Publishes versioned datasets, gets and watches them, and moves their readers.",
        description = "Everything goes to one Octavo server; octavo COMMAND --help tells more about a command.",
        footer = {
            "  octavo publish prices prices.json --scope region=eu",
            "  octavo watch prices --region eu -o prices.json --exec 'systemctl reload shop'",
            "  octavo history prices"
        },
        versionProvider = Octavo.Release.class)
public final class Octavo {
    private static final int INTERRUPTED = 130;

    @Option(
            names = "--server",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "The server's HTTP address; default $OCTAVO_SERVER, else that of the context in use, else"
                    + " http://127.0.0.1:8080.")
    @Nullable
    String server;

    @Option(
            names = "--context",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "A server that octavo context add has named; goes before $OCTAVO_SERVER.")
    @Nullable
    String context;

    @Option(
            names = "--token",
            scope = ScopeType.INHERIT,
            paramLabel = "TOKEN",
            description = "The bearer token to authenticate with; default the context's, or $OCTAVO_TOKEN.")
    @Nullable
    String token;

    @Option(
            names = "--ca",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "The authorities to trust besides Java's, PEM; default the context's, or $OCTAVO_CA.")
    @Nullable
    String ca;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Results and errors as JSON, one document a line, and nothing else.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            scope = ScopeType.INHERIT,
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    boolean version;

    private final Shell shell;

    Octavo(Shell shell) {
        this.shell = shell;
    }

    /** Runs the command that the arguments name and ends this process with its exit status. */
    public static void main(String[] args) {
        Thread main = Thread.currentThread();
        CountDownLatch done = new CountDownLatch(1);
        // Ctrl-C ends what is being waited for, so that half-written files and children go first.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            main.interrupt();
            try {
                if (!done.await(1, TimeUnit.SECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                main.interrupt();
            }
        }));
        int status;
        try {
            status = run(Shell.ofThisProcess(), args);
        } finally {
            done.countDown();
        }
        Shell.exit(status);
    }

    /** Runs the command that the arguments name and answers its exit status. */
    static int run(Shell shell, String... args) {
        return new Octavo(shell).commandLine(args).execute(args);
    }

    /** The commands, in the order in which the help lists them. */
    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("publish", PublishCommand::new);
        commands.put("get", GetCommand::new);
        commands.put("watch", WatchCommand::new);
        commands.put("topics", TopicsCommand::new);
        commands.put("history", HistoryCommand::new);
        commands.put("explain", ExplainCommand::new);
        commands.put("consumers", ConsumersCommand::new);
        commands.put("rollback", RollbackCommand::new);
        commands.put("pin", PinCommand::new);
        commands.put("unpin", UnpinCommand::new);
        commands.put("pins", PinsCommand::new);
        commands.put("scopes", ScopesCommand::new);
        commands.put("quarantine", QuarantineCommand::new);
        commands.put("hold", HoldCommand::new);
        commands.put("settings", SettingsCommand::new);
        commands.put("delete", DeleteCommand::new);
        commands.put("gc", GcCommand::new);
        commands.put("changes", ChangesCommand::new);
        commands.put("audit", AuditCommand::new);
        commands.put("housekeeping", HousekeepingCommand::new);
        commands.put("fallback", FallbackCommand::new);
        commands.put("restore", RestoreCommand::new);
        commands.put("token", TokenCommand::new);
        commands.put("status", StatusCommand::new);
        commands.put("context", ContextCommand::new);
        commands.put("completion", CompletionCommand::new);
        commands.put("help", HelpCommand::new);
        return commands;
    }

    /** Makes those commands that these arguments can mean, for looking at all of them takes its time. */
    private static void addCommands(CommandLine line, String... args) {
        Map<String, Supplier<Object>> commands = commands();
        if (args.length == 1 && args[0].equals("--version")) {
            return;
        }
        boolean isAboutAll = args.length == 0 || args[0].equals("help") || args[0].equals("completion");
        Supplier<Object> first = isAboutAll ? null : commands.get(args[0]);
        if (first == null) {
            commands.values().forEach(command -> line.addSubcommand(command.get()));
        } else {
            line.addSubcommand(first.get());
        }
    }

    /** The whole command line, that of these arguments. */
    CommandLine commandLine(String... args) {
        boolean jsonWanted = Arrays.asList(args).contains("--json");
        CommandLine line = new CommandLine(this);
        addCommands(line, args);
        line.setExpandAtFiles(false);
        line.setColorScheme(Help.defaultColorScheme(shell.terminal() ? Help.Ansi.AUTO : Help.Ansi.OFF));
        line.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
        line.setExecutionStrategy(this::execute);
        line.setExecutionExceptionHandler((exception, command, parsed) -> failed(exception));
        line.setParameterExceptionHandler((exception, ignored) -> {
            Failure failure = Failure.usage(reason(exception));
            failure.print(shell.err(), jsonWanted);
            if (!jsonWanted) {
                hint(exception.getCommandLine());
            }
            return failure.exitStatus();
        });
        ManPage.dress(line);
        return line;
    }

    private int execute(ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        List<CommandLine> chosen = parsed.asCommandLineList();
        CommandLine last = chosen.get(chosen.size() - 1);
        try {
            run(last);
            return 0;
        } catch (InvalidField e) {
            throw new ParameterException(last, String.valueOf(e.getMessage()), e);
        } catch (Failure e) {
            if (e.exitStatus() == Failure.USAGE) {
                throw new ParameterException(last, String.valueOf(e.getMessage()), e);
            }
            return failed(e);
        } catch (IOException | InterruptedException e) {
            return failed(e);
        }
    }

    private void run(CommandLine chosen) throws IOException, InterruptedException {
        GlobalOptions globals = new GlobalOptions(server, context, token, ca, json);
        if (chosen.getCommand() instanceof LocalCommand command) {
            command.run(shell, globals);
        } else if (chosen.getCommand() instanceof Subcommand command) {
            try (Session session = session(globals)) {
                command.run(session);
            }
        } else {
            throw new ParameterException(chosen, "a command is missing");
        }
    }

    private Session session(GlobalOptions globals) throws IOException {
        Connection connection = Connection.of(globals, shell.environment());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Octavo-Who", shell.who().replaceAll("[^!-~]", "?"));
        if (connection.token() != null) {
            headers.put("Authorization", "Bearer " + connection.token());
        }
        Api api = new Api(connection.server(), headers, shell.timing(), trust(connection));
        return new Session(shell, connection, json, api);
    }

    /** Java's own certificates, which take their time to read, only where there is somebody to believe. */
    private static @Nullable SSLContext trust(Connection connection) {
        if (connection.ca() != null) {
            return Trust.besidesKnown(connection.ca());
        }
        return connection.server().isEncrypted() ? null : Trust.nobody();
    }

    /** Turns whatever went wrong into a message and an exit status, never into a stack trace. */
    private int failed(Exception exception) {
        // What is being written when the run is ended fails with anything but an InterruptedException.
        if (exception instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
            return INTERRUPTED;
        }
        Failure failure = exception instanceof Failure known
                ? known
                : exception instanceof IOException io
                        ? Failure.here(reason(io))
                        : Failure.here("a fault of this command, please report it: " + exception);
        failure.print(shell.err(), json);
        return failure.exitStatus();
    }

    private static String reason(ParameterException e) {
        boolean isCommand = e instanceof UnmatchedArgumentException unmatched
                && unmatched.getCommandLine().getParent() == null
                && !unmatched.isUnknownOption();
        return isCommand
                ? "unknown command: "
                        + ((UnmatchedArgumentException) e).getUnmatched().get(0)
                : String.valueOf(e.getMessage());
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return e.getMessage() + ": there is no such file or folder";
        }
        String type = e instanceof FileSystemException file && file.getReason() == null
                ? " (" + e.getClass().getSimpleName() + ")"
                : "";
        return e.getMessage() + type;
    }

    private void hint(CommandLine line) {
        shell.err().println("Try: " + line.getCommandSpec().qualifiedName() + " --help");
    }

    /** The version of this program. */
    static final class Release implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String release = Octavo.class.getPackage().getImplementationVersion();
            return new String[] {"octavo " + (release == null ? "(not packaged)" : release)};
        }
    }
}
