package io.octavo.cli;

import java.io.IOException;

/** One command, its options and parameters read by picocli into its fields. */
interface Subcommand {
    /**
     * Does it. Blocks until it is done.
     *
     * @throws Failure                        if it didn't work out; its exit status is the run's
     * @throws io.octavo.rules.InvalidField   if an argument is wrong: a usage error
     * @throws IOException                    if a local file or stream can't be used
     * @throws InterruptedException           if the run is ended from outside
     */
    void run(Session session) throws IOException, InterruptedException;
}
