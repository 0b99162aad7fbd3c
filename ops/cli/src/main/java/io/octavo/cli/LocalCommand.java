package io.octavo.cli;

import java.io.IOException;

/** A command that needs no server. */
interface LocalCommand {
    /**
     * Does it.
     *
     * @throws Failure                      if it didn't work out; its exit status is the run's
     * @throws io.octavo.rules.InvalidField if an argument is wrong: a usage error
     * @throws IOException                  if a local file or stream can't be used
     */
    void run(Shell shell, GlobalOptions globals) throws IOException;
}
