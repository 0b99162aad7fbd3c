package io.octavo.rules;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Scope;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Scopes: which part of the fleet is meant. Written {@code region=eu,app=recs,cluster=blue} with the keys in that
 * order, each left out when any value will do; the global scope, with none of them, is written {@code *}.
 */
public final class Scopes {
    /** Everybody. */
    public static final Scope GLOBAL = Scope.getDefaultInstance();

    /** By region, app, cluster; the order in which heads and answers list scopes. */
    public static final Comparator<Scope> ORDER =
            Comparator.comparing(Scope::getRegion).thenComparing(Scope::getApp).thenComparing(Scope::getCluster);

    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Set<String> KEYS = Set.of("region", "app", "cluster");
    private static final String EXPECTED_VALUE = "1 to 128 of A-Z, a-z, 0-9, dot, underscore and dash";
    private static final String EXPECTED =
            "* or region=…,app=…,cluster=… with at least one of them, each at most once, values " + EXPECTED_VALUE;

    private Scopes() {}

    /**
     * Reads a scope as people write it; the keys may come in any order.
     *
     * @throws InvalidField if it is none; above all if it is empty, for an unset variable must not mean everybody
     */
    public static Scope parse(String text) {
        if (text.equals("*")) {
            return GLOBAL;
        }
        Map<String, String> values = new HashMap<>();
        // A fourth part can only be wrong, so that there is no need to look for more.
        for (String part : text.split(",", 4)) {
            String[] pair = part.split("=", 2);
            if (pair.length < 2 || !KEYS.contains(pair[0]) || !isValue(pair[1]) || values.containsKey(pair[0])) {
                throw new InvalidField("scope", text, EXPECTED);
            }
            values.put(pair[0], pair[1]);
        }
        return Scope.newBuilder()
                .setRegion(values.getOrDefault("region", ""))
                .setApp(values.getOrDefault("app", ""))
                .setCluster(values.getOrDefault("cluster", ""))
                .build();
    }

    /**
     * Answers the scope of a message if its values can be a scope's, or are empty for any.
     *
     * @throws InvalidField if they can't; names the value as {@code scope.region}, {@code scope.app} or
     *     {@code scope.cluster}
     */
    public static Scope check(Scope scope) {
        checkValue("scope.region", scope.getRegion());
        checkValue("scope.app", scope.getApp());
        checkValue("scope.cluster", scope.getCluster());
        return scope;
    }

    /** Writes a scope as {@link #parse} reads it. */
    public static String format(Scope scope) {
        StringBuilder text = new StringBuilder();
        append(text, "region", scope.getRegion());
        append(text, "app", scope.getApp());
        append(text, "cluster", scope.getCluster());
        return text.isEmpty() ? "*" : text.toString();
    }

    /** Whether the consumer belongs to the scope. */
    public static boolean matches(Scope scope, Consumer consumer) {
        return meets(scope.getCluster(), consumer.getCluster())
                && meets(scope.getApp(), consumer.getApp())
                && meets(scope.getRegion(), consumer.getRegion());
    }

    /** Whether every consumer that can belong to {@code narrow} belongs to {@code wide}; a scope covers itself. */
    public static boolean covers(Scope wide, Scope narrow) {
        return meets(wide.getCluster(), narrow.getCluster())
                && meets(wide.getApp(), narrow.getApp())
                && meets(wide.getRegion(), narrow.getRegion());
    }

    /** Whether some consumer can belong to both. */
    public static boolean overlap(Scope one, Scope other) {
        return agree(one.getCluster(), other.getCluster())
                && agree(one.getApp(), other.getApp())
                && agree(one.getRegion(), other.getRegion());
    }

    /**
     * How specific a scope is: one with a cluster more than any without, then one with an app, then one with a region.
     * Two scopes that match the same consumer and are equally specific are equal.
     */
    public static int specificity(Scope scope) {
        return (scope.getCluster().isEmpty() ? 0 : 4)
                + (scope.getApp().isEmpty() ? 0 : 2)
                + (scope.getRegion().isEmpty() ? 0 : 1);
    }

    private static boolean meets(String wanted, String actual) {
        return wanted.isEmpty() || wanted.equals(actual);
    }

    private static boolean agree(String one, String other) {
        return one.isEmpty() || other.isEmpty() || one.equals(other);
    }

    private static boolean isValue(String text) {
        return VALUE.matcher(text).matches();
    }

    private static void checkValue(String field, String value) {
        if (!value.isEmpty() && !isValue(value)) {
            throw new InvalidField(field, value, EXPECTED_VALUE);
        }
    }

    private static void append(StringBuilder text, String key, String value) {
        if (!value.isEmpty()) {
            text.append(text.isEmpty() ? "" : ",").append(key).append('=').append(value);
        }
    }
}
