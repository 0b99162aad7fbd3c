package io.octavo.server;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends its process, without a hook or a flush, when the task's call to a store that it is told of has been measured. As
 * every call to a store is measured when it has ended, there is no step of a task that this can't come behind. Says
 * which calls it has seen.
 */
final class DyingRegistry extends SimpleMeterRegistry {
    static final String SEEN = "seen: ";
    static final String DIED = "died after: ";
    /** The status of who ends so, and of who is killed. */
    static final int KILLED = 137;

    private static final Set<String> CALLS = Set.of("octavo.cassandra", "octavo.s3.calls");

    private static final int LOOK_MILLIS = 20;

    private final Path orders;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private volatile String last = "";

    /** @param orders a file that has the call after which it is to die, as it says them; empty = none. It may change */
    DyingRegistry(Path orders) {
        super(SimpleConfig.DEFAULT, Clock.SYSTEM);
        this.orders = orders;
        Thread reader = new Thread(this::readOrders, "orders");
        reader.setDaemon(true);
        reader.start();
    }

    private void readOrders() {
        try {
            while (true) {
                last = Files.readString(orders);
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (IOException | InterruptedException e) {
            // Nobody gives orders any more.
            last = "";
        }
    }

    @Override
    protected Timer newTimer(Meter.Id id, DistributionStatisticConfig statistics, PauseDetector pauses) {
        String call = CALLS.contains(id.getName()) && "ok".equals(id.getTag("outcome")) ? call(id) : null;
        return new CumulativeTimer(id, clock, statistics, pauses, getBaseTimeUnit(), false) {
            @Override
            protected void recordNonNegative(long amount, TimeUnit unit) {
                super.recordNonNegative(amount, unit);
                if (call != null) {
                    ended(call);
                }
            }
        };
    }

    private static String call(Meter.Id id) {
        String name = id.getTag("call");
        return name != null ? name : id.getTag("operation") + " " + id.getTag("region");
    }

    private void ended(String call) {
        String task = task(Thread.currentThread().getName());
        if (task != null) {
            step(task + ": " + call);
        }
    }

    /** Whose thread it is; null if it is no task's. */
    private static @Nullable String task(String thread) {
        for (String task : Set.of("expiry", "export", "retention", "sweep", "repair", "idle")) {
            if (thread.equals("octavo-" + task) || thread.startsWith("octavo-" + task + "-")) {
                return task;
            }
            if (thread.equals("octavo-lease-" + task)) {
                return "lease";
            }
        }
        return null;
    }

    private synchronized void step(String step) {
        if (seen.add(step)) {
            System.out.println(SEEN + step);
        }
        if (step.equals(last)) {
            System.out.println(DIED + step);
            System.out.flush();
            Runtime.getRuntime().halt(KILLED);
        }
    }
}
