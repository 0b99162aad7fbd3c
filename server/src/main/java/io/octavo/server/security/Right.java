package io.octavo.server.security;

/**
 * What a call needs: the one table of who may do what. {@code docs/operations.md} shows it to people.
 *
 * <p>The reach says how far the role must reach: to the topic of the call; to its scopes too, where the grant of an
 * operator is bound to scopes; to any topic, where the answer shows only what the caller may read; or to all of them.
 */
public enum Right {
    /** Nothing: answered to anybody, signed in or not. */
    NONE(AccessRole.READER, Reach.NOTHING),
    /** Lists that leave out what the caller may not read, and the state of the installation. */
    LIST(AccessRole.READER, Reach.ANY_TOPIC),
    /** A topic, its versions, payloads, latest, explain, history and events. */
    READ(AccessRole.READER, Reach.TOPIC),
    /** New versions, also staged ones. */
    PUBLISH(AccessRole.PUBLISHER, Reach.SCOPES),
    /** An own version to one more scope. */
    ADD_SCOPE(AccessRole.PUBLISHER, Reach.SCOPES),
    /** A version that somebody else made to one more scope. */
    ADD_SCOPE_TO_OTHERS(AccessRole.OPERATOR, Reach.SCOPES),
    /** Keeping a version from retention, and letting it go. */
    HOLD(AccessRole.PUBLISHER, Reach.TOPIC),
    /** Pins and unpins. */
    PIN(AccessRole.OPERATOR, Reach.SCOPES),
    /** Moving readers back. */
    ROLLBACK(AccessRole.OPERATOR, Reach.SCOPES),
    /** Taking a publication back. */
    WITHDRAW(AccessRole.OPERATOR, Reach.SCOPES),
    /** Marking a version as bad for everybody, and lifting that. */
    QUARANTINE(AccessRole.OPERATOR, Reach.SCOPES),
    /** A topic's settings; making it by them. */
    CHANGE_SETTINGS(AccessRole.OPERATOR, Reach.SCOPES),
    /** Deleting a topic, and taking that back. */
    DELETE(AccessRole.ADMIN, Reach.SCOPES),
    /** Making, listing and revoking tokens; what concerns the whole installation. */
    ADMINISTER(AccessRole.ADMIN, Reach.ALL_TOPICS);

    private final AccessRole role;
    private final Reach reach;

    Right(AccessRole role, Reach reach) {
        this.role = role;
        this.reach = reach;
    }

    /** How far a role must reach. */
    public enum Reach {
        NOTHING,
        ANY_TOPIC,
        TOPIC,
        /** The topic, and within it each scope that the call names; a call that names none means everybody. */
        SCOPES,
        ALL_TOPICS
    }

    /** The least role that has it. */
    public AccessRole role() {
        return role;
    }

    public Reach reach() {
        return reach;
    }

    /** Whether it is about one topic. */
    public boolean isOfTopic() {
        return reach == Reach.TOPIC || reach == Reach.SCOPES;
    }

    /** As people read it. */
    public String words() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
