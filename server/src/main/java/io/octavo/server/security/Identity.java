package io.octavo.server.security;

import io.grpc.Context;
import io.octavo.rules.InvalidField;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, proven. Safe for use by many threads; remembers which topics it may read, so that asking again costs one
 * look-up.
 */
public final class Identity {
    private static final Context.Key<Identity> CURRENT = Context.key("octavo-identity");
    private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,198}[\\x21-\\x7e])?");
    private static final int MOST_GRANTS = 32;
    private static final int MOST_APPS = 64;
    private static final int LONGEST_TOPIC = 128;
    /** Topics of one poll; above it nothing is remembered, only decided. */
    private static final int MOST_REMEMBERED = 10_000;

    private final String name;
    private final List<Grant> grants;
    private final List<String> apps;
    private final boolean readsAll;
    private final Set<String> readable = ConcurrentHashMap.newKeySet();

    /**
     * @param name as the audit trail shows it, such as {@code token:ci-prices}
     * @param apps the apps that it may poll as; empty = any
     */
    public Identity(String name, List<Grant> grants, List<String> apps) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidField("name", name, "1 to 200 printable ASCII characters");
        }
        this.name = name;
        this.grants = checkGrants(grants);
        this.apps = checkApps(apps);
        this.readsAll = grants.stream().anyMatch(Grant::reachesAllTopics);
    }

    /** Answers the grants if they can be somebody's. */
    static List<Grant> checkGrants(List<Grant> grants) {
        if (grants.size() > MOST_GRANTS) {
            throw new InvalidField("grants", grants.size() + " grants", "at most " + MOST_GRANTS);
        }
        return List.copyOf(grants);
    }

    /** Answers the apps if they can be those of consumers, and are few. */
    static List<String> checkApps(List<String> apps) {
        if (apps.size() > MOST_APPS) {
            throw new InvalidField("apps", apps.size() + " apps", "at most " + MOST_APPS);
        }
        for (String app : apps) {
            if (!app.matches("[A-Za-z0-9._-]{1,128}")) {
                throw new InvalidField("apps", app, "1 to 128 letters, digits, dots, underscores and dashes");
            }
        }
        return List.copyOf(apps);
    }

    /** Who makes the current gRPC call; null if security is off. */
    public static @Nullable Identity current() {
        return CURRENT.get();
    }

    /** A context in which this is who calls. */
    Context in(Context context) {
        return context.withValue(CURRENT, this);
    }

    /** As the audit trail shows it. */
    public String name() {
        return name;
    }

    public List<Grant> grants() {
        return grants;
    }

    public List<String> apps() {
        return apps;
    }

    /** Whether it may read the topic. */
    public boolean mayRead(String topic) {
        if (readsAll) {
            return true;
        }
        if (readable.contains(topic)) {
            return true;
        }
        boolean may = grants.stream().anyMatch(grant -> grant.reaches(topic));
        if (may && topic.length() <= LONGEST_TOPIC && readable.size() < MOST_REMEMBERED) {
            readable.add(topic);
        }
        return may;
    }

    /** Whether there is no topic that it may not read. */
    public boolean mayReadAll() {
        return readsAll;
    }

    /** Whether it may ask as this app; no app is nobody's. */
    public boolean mayBe(String app) {
        return apps.isEmpty() || app.isEmpty() || apps.contains(app);
    }

    @Override
    public String toString() {
        return name;
    }
}
