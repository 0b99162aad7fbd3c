package io.octavo.cli;

import picocli.CommandLine.Command;

@Command(name = "watch")
final class WatchCommand implements Subcommand {
    @Override
    public void run(Session session) {}
}
