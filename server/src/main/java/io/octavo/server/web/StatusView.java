package io.octavo.server.web;

import io.octavo.server.web.NodeDirectory.Node;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the installation is, as one node sees it.
 *
 * @param tasks   the tasks of housekeeping, as this node sees them; absent if that is not among its roles
 * @param stopped tasks that this node leads and that wait for an operator, and what waits for a node that fell silent;
 *     absent if nothing does
 * @param found   what tasks that this node leads have found and somebody is to know of; absent if that is nothing
 */
record StatusView(
        String environment,
        boolean ready,
        String version,
        Writes writes,
        List<Node> nodes,
        List<Leaders.Leader> leaders,
        List<Store> stores,
        List<Fallback> fallback,
        @Nullable Cache cache,
        @Nullable List<TaskView> tasks,
        @Nullable List<Installation.Stopped> stopped,
        @Nullable List<Installation.Found> found) {

    /** Whether something can be published; if not, what helps. */
    record Writes(boolean working, @Nullable String help) {}

    /** A store, and why it is down if it is. */
    record Store(String store, boolean up, @Nullable String detail) {}

    /** A region's fallback cache: how old the newest state is that it has completely; no age if it has none. */
    record Fallback(
            String region,
            @Nullable Long ageMillis,
            @Nullable String detail) {
        static Fallback of(FallbackAges.Age age) {
            Duration old = age.age();
            return new Fallback(age.region(), old == null ? null : old.toMillis(), age.problem());
        }
    }

    /** The heads in memory, whether they come from the fallback cache, and the number of versions that are held back, for their payloads are missing. */
    record Cache(int heads, long ageMillis, boolean complete, boolean stale, int heldBack) {}
}
