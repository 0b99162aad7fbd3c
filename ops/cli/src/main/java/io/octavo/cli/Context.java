package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server under a name of one's own. The token itself is nowhere but in its file.
 *
 * @param tokenFile the file with the token to authenticate with; null = none
 * @param ca        the file with the certificates to trust, PEM; null = Java's
 */
record Context(
        String name,
        ServerAddress server,
        @Nullable Path tokenFile,
        @Nullable Path ca) {
    Context {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new InvalidField("NAME", name, "1 to 64 letters, digits, dots, underscores and dashes");
        }
    }

    /** As it is in the file. */
    static Context of(String name, JsonNode document) {
        return new Context(
                name,
                ServerAddress.parse("contexts." + name + ".server", Json.text(document, "server")),
                path(document, "tokenFile"),
                path(document, "ca"));
    }

    ObjectNode document() {
        ObjectNode document = Json.object().put("server", server.toString());
        if (tokenFile != null) {
            document.put("tokenFile", tokenFile.toString());
        }
        if (ca != null) {
            document.put("ca", ca.toString());
        }
        return document;
    }

    private static @Nullable Path path(JsonNode document, String field) {
        return document.hasNonNull(field) ? Path.of(Json.text(document, field)) : null;
    }
}
