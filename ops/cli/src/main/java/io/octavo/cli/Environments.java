package io.octavo.cli;

/** Which installation a change is for, so that nobody takes production for the one at home. */
final class Environments {
    private Environments() {}

    /** The environment's name and the server's address. */
    static String name(Session session) throws InterruptedException {
        String name = Json.text(session.api().get(Target.of("status")), "environment");
        return (name.isEmpty() ? "without a name" : name) + " at " + session.server();
    }
}
