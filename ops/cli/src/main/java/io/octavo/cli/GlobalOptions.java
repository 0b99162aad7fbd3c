package io.octavo.cli;

import org.jspecify.annotations.Nullable;

/**
 * What was given of the options that every command has; null = not given.
 *
 * @param server  the server's address
 * @param context the name of one that was added before
 * @param token   to authenticate with
 * @param ca      the file of certificates to trust
 * @param json    whether results and errors are JSON
 */
record GlobalOptions(
        @Nullable String server,
        @Nullable String context,
        @Nullable String token,
        @Nullable String ca,
        boolean json) {}
