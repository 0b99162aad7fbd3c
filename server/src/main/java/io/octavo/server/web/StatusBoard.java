package io.octavo.server.web;

import io.octavo.server.housekeeping.TaskStatus;
import io.octavo.server.web.NodeDirectory.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the installation is, as this node sees it. All stores are asked at once, on threads of their own; what has not
 * answered within two seconds is down. Safe for use by many threads, who share what was asked within a second.
 */
public final class StatusBoard {
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Installation installation;
    private final LongSupplier nanoTime;
    private final Probe<List<Node>> nodes;
    private final Probe<List<Leaders.Leader>> leaders;
    private final Probe<List<FallbackAges.Age>> fallback;
    private final Map<StoreCheck, Probe<Boolean>> stores = new LinkedHashMap<>();

    /**
     * @param executor runs the checks, which may hang: with a thread for each store, and one each for the nodes,
     *     the leaders and the fallback caches
     * @param nanoTime as {@link System#nanoTime}
     */
    public StatusBoard(
            Installation installation,
            NodeDirectory directory,
            Leaders leaders,
            FallbackAges fallback,
            List<StoreCheck> checks,
            Executor executor,
            LongSupplier nanoTime) {
        this.installation = installation;
        this.nanoTime = nanoTime;
        this.nodes = new Probe<>(directory::nodes, executor, nanoTime, FRESH);
        this.leaders = new Probe<>(leaders::leaders, executor, nanoTime, FRESH);
        this.fallback = new Probe<>(fallback::ages, executor, nanoTime, FRESH);
        for (StoreCheck check : checks) {
            stores.put(check, new Probe<>(() -> isUp(check), executor, nanoTime, FRESH));
        }
    }

    /** Whether this node's roles can do their work; asks nobody. */
    boolean isReady() {
        return installation.ready().getAsBoolean();
    }

    StatusView status() {
        CompletableFuture<List<Node>> askedNodes = nodes.ask();
        CompletableFuture<List<Leaders.Leader>> askedLeaders = leaders.ask();
        CompletableFuture<List<FallbackAges.Age>> askedFallback = fallback.ask();
        Map<StoreCheck, CompletableFuture<Boolean>> asked = new LinkedHashMap<>();
        stores.forEach((check, probe) -> asked.put(check, probe.ask()));
        long begun = nanoTime.getAsLong();
        List<StatusView.Store> views = new ArrayList<>();
        String help = null;
        for (Map.Entry<StoreCheck, CompletableFuture<Boolean>> entry : asked.entrySet()) {
            StoreCheck check = entry.getKey();
            String problem = Probe.await(entry.getValue(), left(begun)).problem();
            views.add(new StatusView.Store(check.store(), problem == null, problem));
            if (problem != null && check.neededForWrites() && help == null) {
                help = check.store() + " does not answer: " + problem + "; what is published goes on being served";
            }
        }
        List<Node> known = Probe.await(askedNodes, left(begun)).value();
        List<Leaders.Leader> leading = Probe.await(askedLeaders, left(begun)).value();
        List<TaskStatus> tasks = installation.tasks().get();
        List<Installation.Stopped> stopped = stopped(tasks);
        List<Installation.Found> found = found(tasks);
        List<FallbackAges.Age> ages = Probe.await(askedFallback, left(begun)).value();
        return new StatusView(
                installation.environment(),
                installation.ready().getAsBoolean(),
                installation.version(),
                new StatusView.Writes(help == null, help),
                known == null ? List.of() : known,
                leading == null ? List.of() : leading,
                views,
                ages == null
                        ? List.of()
                        : ages.stream().map(StatusView.Fallback::of).toList(),
                cache(installation.cache().get()),
                tasks.isEmpty() ? null : tasks.stream().map(TaskView::of).toList(),
                stopped.isEmpty() ? null : stopped,
                found.isEmpty() ? null : found);
    }

    private Duration left(long begun) {
        return LONGEST.minusNanos(nanoTime.getAsLong() - begun);
    }

    private List<Installation.Stopped> stopped(List<TaskStatus> tasks) {
        Stream<Installation.Stopped> stopped = tasks.stream()
                .flatMap(task ->
                        Stream.ofNullable(task.stopped()).map(why -> new Installation.Stopped(task.task(), why)));
        return Stream.concat(stopped, installation.waiting().get().stream()).toList();
    }

    private static List<Installation.Found> found(List<TaskStatus> tasks) {
        return tasks.stream()
                .flatMap(task -> Stream.ofNullable(task.found()).map(what -> new Installation.Found(task.task(), what)))
                .toList();
    }

    private static boolean isUp(StoreCheck check) {
        check.check();
        return true;
    }

    private static StatusView.@Nullable Cache cache(Installation.@Nullable Cache cache) {
        return cache == null
                ? null
                : new StatusView.Cache(
                        cache.heads(), cache.age().toMillis(), cache.complete(), cache.stale(), cache.heldBack());
    }
}
