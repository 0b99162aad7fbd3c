package io.octavo.rules;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Scope;
import java.util.Comparator;
import java.util.function.BiConsumer;
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
    private static final String EXPECTED = "* or region=…,app=…,cluster=… with at least one of them, each at most once,"
            + " values of 1 to 128 letters, digits, dots, underscores and dashes";

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
        Scope.Builder scope = Scope.newBuilder();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0 || !VALUE.matcher(pair.substring(equals + 1)).matches()) {
                throw invalid(text);
            }
            BiConsumer<Scope.Builder, String> setter = switch (pair.substring(0, equals)) {
                case "region" -> once(text, scope.getRegion(), Scope.Builder::setRegion);
                case "app" -> once(text, scope.getApp(), Scope.Builder::setApp);
                case "cluster" -> once(text, scope.getCluster(), Scope.Builder::setCluster);
                default -> throw invalid(text);
            };
            setter.accept(scope, pair.substring(equals + 1));
        }
        return scope.build();
    }

    /**
     * Answers the scope of a message if its values can be a scope's.
     *
     * @throws InvalidField if they can't
     */
    public static Scope check(Scope scope) {
        if (scope.equals(GLOBAL)) {
            return scope;
        }
        return parse(format(scope));
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
        return anyOr(scope.getCluster(), consumer.getCluster())
                && anyOr(scope.getApp(), consumer.getApp())
                && anyOr(scope.getRegion(), consumer.getRegion());
    }

    /** Whether every consumer that can belong to {@code narrow} belongs to {@code wide}; a scope covers itself. */
    public static boolean covers(Scope wide, Scope narrow) {
        return anyOr(wide.getCluster(), narrow.getCluster())
                && anyOr(wide.getApp(), narrow.getApp())
                && anyOr(wide.getRegion(), narrow.getRegion());
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

    private static boolean anyOr(String wanted, String actual) {
        return wanted.isEmpty() || wanted.equals(actual);
    }

    private static BiConsumer<Scope.Builder, String> once(
            String text, String before, BiConsumer<Scope.Builder, String> setter) {
        if (!before.isEmpty()) {
            throw invalid(text);
        }
        return setter;
    }

    private static void append(StringBuilder text, String key, String value) {
        if (!value.isEmpty()) {
            text.append(text.isEmpty() ? "" : ",").append(key).append('=').append(value);
        }
    }

    private static InvalidField invalid(String text) {
        return new InvalidField("scope", text, EXPECTED);
    }
}
