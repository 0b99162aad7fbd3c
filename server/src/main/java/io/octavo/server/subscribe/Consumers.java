package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.rules.InvalidField;

/** Checks who asks. Without garbage, for every poll comes by. */
final class Consumers {
    private static final int LONGEST = 128;

    private Consumers() {}

    /**
     * Answers the consumer if its values can be those of scopes, or empty.
     *
     * @throws InvalidField if they can't
     */
    static Consumer check(Consumer consumer) {
        check("consumer.region", consumer.getRegion());
        check("consumer.app", consumer.getApp());
        check("consumer.cluster", consumer.getCluster());
        check("consumer.instance", consumer.getInstance());
        return consumer;
    }

    private static void check(String field, String value) {
        boolean right = value.length() <= LONGEST;
        for (int i = 0; right && i < value.length(); i++) {
            right = isAllowed(value.charAt(i));
        }
        if (!right) {
            throw new InvalidField(
                    field, value, "at most 128 letters, digits, dots, underscores and dashes; empty = none");
        }
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
