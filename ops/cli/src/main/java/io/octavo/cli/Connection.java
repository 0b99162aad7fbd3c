package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server that a run goes to, and what it shows and trusts there. Each is what its own option says, else the context
 * that {@code --context} names, else the environment, else the context in use; a context counts only if the server is
 * its own, so that no token goes to another.
 *
 * @param token        null = none
 * @param ca           the file of certificates to trust, PEM; null = Java's
 * @param serverGiven  {@code --server} as it was given; null if it wasn't
 * @param contextGiven {@code --context} as it was given; null if it wasn't
 */
record Connection(
        ServerAddress server,
        @Nullable String token,
        @Nullable Path ca,
        @Nullable String serverGiven,
        @Nullable String contextGiven) {
    private static final String SERVER = "OCTAVO_SERVER";
    private static final String TOKEN = "OCTAVO_TOKEN";
    private static final String CA = "OCTAVO_CA";
    private static final String DEFAULT = "http://127.0.0.1:8080";
    private static final int LONGEST_TOKEN = 16_384;

    /**
     * Finds it.
     *
     * @throws InvalidField if what was given is wrong
     * @throws Failure      if a context can't be used
     */
    static Connection of(GlobalOptions given, Map<String, String> environment) throws IOException {
        if (given.server() != null) {
            return of(given, environment, ServerAddress.parse("--server", given.server()), null, null);
        }
        if (given.context() != null) {
            Context context = Contexts.read(environment).named(given.context());
            return of(given, environment, context.server(), context, null);
        }
        String variable = environment.getOrDefault(SERVER, "");
        if (!variable.isEmpty()) {
            return of(given, environment, ServerAddress.parse(SERVER, variable), null, null);
        }
        Context current = Contexts.read(environment).inUse();
        ServerAddress server = current == null ? ServerAddress.parse("--server", DEFAULT) : current.server();
        return of(given, environment, server, null, current);
    }

    private static Connection of(
            GlobalOptions given,
            Map<String, String> environment,
            ServerAddress server,
            @Nullable Context chosen,
            @Nullable Context current)
            throws IOException {
        String token = token(given.token(), environment, chosen, current);
        Path ca = ca(given.ca(), environment, chosen, current);
        return new Connection(server, token, ca, given.server(), given.context());
    }

    private static @Nullable String token(
            @Nullable String option,
            Map<String, String> environment,
            @Nullable Context chosen,
            @Nullable Context current)
            throws IOException {
        if (option != null) {
            return checked("--token", option);
        }
        if (chosen != null && chosen.tokenFile() != null) {
            return read(chosen.tokenFile());
        }
        String variable = environment.getOrDefault(TOKEN, "");
        if (!variable.isEmpty()) {
            return checked(TOKEN, variable);
        }
        return current == null || current.tokenFile() == null ? null : read(current.tokenFile());
    }

    private static @Nullable Path ca(
            @Nullable String option,
            Map<String, String> environment,
            @Nullable Context chosen,
            @Nullable Context current) {
        if (option != null) {
            return Path.of(option);
        }
        if (chosen != null && chosen.ca() != null) {
            return chosen.ca();
        }
        String variable = environment.getOrDefault(CA, "");
        if (!variable.isEmpty()) {
            return Path.of(variable);
        }
        return current == null ? null : current.ca();
    }

    /** Reads a token's file, for which nobody needs to see what is in it. */
    private static String read(Path file) throws IOException {
        if (Files.size(file) > LONGEST_TOKEN) {
            throw Failure.here(file + ": too long for a token (expected: " + LONGEST_TOKEN + " bytes at most)");
        }
        try {
            return checked(file.toString(), Files.readString(file).strip());
        } catch (MalformedInputException e) {
            throw Failure.here(file + ": no text (expected: a token)");
        }
    }

    private static String checked(String name, String token) {
        if (!token.matches("[!-~]+")) {
            throw new InvalidField(name, "…", "the token, without blanks or line ends");
        }
        return token;
    }
}
