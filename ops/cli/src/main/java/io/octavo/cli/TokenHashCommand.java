package io.octavo.cli;

import io.octavo.rules.Digests;
import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;

@Command(
        name = "hash",
        header = "Prints the SHA-256 of the first token, for the server's configuration.",
        description = {
            "Reads the token from standard input, so that no list of processes and no history has it, and asks no"
                    + " server. The hash is the value of octavo.security.admin-token-sha256; whoever shows the token"
                    + " may then do everything.",
            "The token is any 32 to 512 characters without blanks; let chance choose them."
        },
        footer = {"  openssl rand -hex 32 | tee admin-token | octavo token hash"})
final class TokenHashCommand implements Subcommand {
    private static final Pattern TOKEN = Pattern.compile("[!-~]{32,512}");
    private static final int MOST = 4_096;

    @Override
    public void run(Session session) throws IOException {
        session.note("Type or pipe the token, then end the input (Ctrl-D).");
        String token = new String(session.shell().in().readNBytes(MOST), StandardCharsets.UTF_8).strip();
        if (!TOKEN.matcher(token).matches()) {
            throw new InvalidField("token", token.length() + " characters", "32 to 512 without blanks, by chance");
        }
        String sha256 = HexFormat.of().formatHex(Digests.sha256(token.getBytes(StandardCharsets.UTF_8)));
        session.result(Json.object().put("sha256", sha256), sha256);
    }
}
