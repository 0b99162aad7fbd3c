package io.octavo.server.reads;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;

/** Time that stands until it is moved, and reads that wait until they are let go. For one thread. */
final class FakeTiming implements Timing, Executor {
    private final Deque<Runnable> reads = new ArrayDeque<>();
    private final List<Due> due = new ArrayList<>();
    private long now = 1_000_000_000_000L;

    private record Due(long at, Runnable work) {}

    @Override
    public void execute(Runnable read) {
        reads.add(read);
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Runnable after(Duration wait, Runnable work) {
        Due later = new Due(now + wait.toNanos(), work);
        due.add(later);
        return () -> due.remove(later);
    }

    /** Makes the reads that could begin by now; answers how many. */
    int runReads() {
        int count = 0;
        for (Runnable read = reads.poll(); read != null; read = reads.poll()) {
            read.run();
            count++;
        }
        return count;
    }

    void advance(Duration by) {
        now += by.toNanos();
        List<Due> over = due.stream()
                .filter(later -> later.at() <= now)
                .sorted(Comparator.comparingLong(Due::at))
                .toList();
        due.removeAll(over);
        over.forEach(later -> later.work().run());
    }

    /** What is still to come. */
    int pending() {
        return due.size();
    }
}
