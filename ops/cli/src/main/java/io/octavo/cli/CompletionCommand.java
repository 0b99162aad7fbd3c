package io.octavo.cli;

import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        header = "Prints a script that completes commands in a shell.",
        description = "For bash and zsh: commands, options and files are completed with the tab key. The script belongs"
                + " to this version; print it anew after an update.",
        footer = {
            "  source <(octavo completion)",
            "  octavo completion > ~/.local/share/bash-completion/completions/octavo"
        })
@Manual(related = {"help", "context"})
final class CompletionCommand implements LocalCommand {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run(Shell shell, GlobalOptions globals) {
        if (spec == null) {
            throw new IllegalStateException("completion without a command line");
        }
        shell.out().print(AutoComplete.bash("octavo", spec.root().commandLine()));
    }
}
