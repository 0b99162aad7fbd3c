package io.octavo.local;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One program of the local stack, run as a child process: it can be started, stopped, killed and started again on the
 * same ports and data. Safe for use by several threads; {@link #awaitReady} may be interrupted by {@link #close} from
 * another thread. Every method throws {@link StartFailed} with a message for people.
 */
public abstract class LocalService implements AutoCloseable {
    private final String name;
    private volatile @Nullable Child child;
    private boolean closed;

    LocalService(String name) {
        this.name = name;
    }

    /** Writes the configuration fresh and says what to start. */
    abstract Launch prepare() throws IOException;

    /** Told after each stop that was asked for; never after a kill. */
    void stopped(int exitStatus) throws IOException {}

    /** Its short name: {@code cassandra}, {@code s3} or {@code server}. */
    public final String name() {
        return name;
    }

    /** Starts it, if it does not run; returns before it serves. */
    public final synchronized void start() {
        if (closed) {
            throw new StartFailed(name + ": closed");
        }
        if (alive()) {
            return;
        }
        try {
            child = Child.start(prepare());
        } catch (IOException e) {
            throw StartFailed.of(name, e);
        }
    }

    /** Blocks until it serves. Fails as soon as it has ended, or when the bound has passed. */
    public final void awaitReady(Duration bound) {
        try {
            running().awaitReady(bound);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Whether its process runs. */
    public final boolean alive() {
        Child current = child;
        return current != null && current.process().isAlive();
    }

    /** The process id of the newest start. */
    public final long pid() {
        return running().process().pid();
    }

    /** Blocks until its process has ended; how it ended, with the last lines of its log. */
    final String awaitEnd() throws InterruptedException {
        return running().death();
    }

    /** SIGTERM, then SIGKILL after a bound of seconds; blocks until the process is gone. Harmless if it is already. */
    public final synchronized void stop() {
        if (alive()) {
            try {
                stopped(running().stop());
            } catch (IOException e) {
                throw StartFailed.of(name, e);
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
    }

    /** SIGKILL; blocks until the process is gone. Harmless if it is already. */
    public final synchronized void kill() {
        if (alive()) {
            try {
                running().kill();
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
    }

    /** Stops it if it runs, and starts it on the same ports and data; returns before it serves. */
    public final synchronized void restart() {
        stop();
        start();
    }

    /** Stops it for good. Data stay. */
    @Override
    public final synchronized void close() {
        closed = true;
        stop();
    }

    private Child running() {
        Child current = child;
        if (current == null) {
            throw new StartFailed(name + ": not started");
        }
        return current;
    }

    private static CancellationException interrupted() {
        Thread.currentThread().interrupt();
        return new CancellationException("interrupted");
    }
}
