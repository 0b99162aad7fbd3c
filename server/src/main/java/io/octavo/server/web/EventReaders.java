package io.octavo.server.web;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.CallerRunsPolicy;
import java.util.concurrent.TimeUnit;

/** The threads that read the events of several topics at a time; when all are busy, whoever asks reads himself. */
final class EventReaders implements Executor, AutoCloseable {
    private static final int THREADS = 8;
    private static final int WAITING = 256;

    private final ThreadPoolExecutor threads;

    EventReaders() {
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING),
                work -> {
                    Thread thread = new Thread(work, "octavo-events");
                    thread.setDaemon(true);
                    return thread;
                },
                new CallerRunsPolicy());
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
