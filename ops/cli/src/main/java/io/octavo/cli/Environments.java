package io.octavo.cli;

import tools.jackson.databind.JsonNode;

/** Which installation a change is for, so that nobody takes production for the one at home. */
final class Environments {
    private Environments() {}

    /** The environment's name and the server's address. */
    static String name(Session session) throws InterruptedException {
        return name(session, session.api().get(Target.of("status")));
    }

    private static String name(Session session, JsonNode status) {
        String name = Json.text(status, "environment");
        return (name.isEmpty() ? "without a name" : name) + " at " + session.server();
    }

    /** The same, for what goes on without it: only the address if the server doesn't tell more. */
    static String nameIfTold(Session session) throws InterruptedException {
        if (session.json()) {
            return session.server().toString();
        }
        try {
            return name(session, session.api().peek(Target.of("status")));
        } catch (Failure e) {
            return session.server().toString();
        }
    }
}
