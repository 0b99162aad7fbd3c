package io.octavo.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The question before a change that others feel: asked on a terminal, answered by {@code --yes} elsewhere. */
final class Confirmation {
    @Option(names = "--yes", description = "Don't ask. Needed where there is no terminal to ask on.")
    private boolean yes;

    boolean isGiven() {
        return yes;
    }

    /**
     * Fails at once if there would be nobody to ask.
     *
     * @throws Failure a usage error
     */
    void require(Shell shell) {
        if (!yes && !shell.terminal()) {
            throw Failure.usage("--yes is needed here: there is no terminal to ask on");
        }
    }

    /**
     * Shows what will change and asks, unless {@code --yes} was given.
     *
     * @throws Failure if the answer is no
     */
    void ask(Session session, String... lines) throws IOException {
        for (String line : lines) {
            session.note(line);
        }
        if (yes) {
            return;
        }
        Shell shell = session.shell();
        if (session.json()) {
            for (String line : lines) {
                shell.err().println(Text.line(line));
            }
        }
        shell.err().print("Go ahead? [y/N] ");
        shell.err().flush();
        String answer = new BufferedReader(new InputStreamReader(shell.in(), Charset.defaultCharset())).readLine();
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw Failure.here("nothing was changed");
        }
    }
}
