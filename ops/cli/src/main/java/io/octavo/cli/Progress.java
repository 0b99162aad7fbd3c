package io.octavo.cli;

import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar for a transfer, drawn for people only. */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 80;
    private static final int MEBIBYTE = 1 << 20;

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /** @param size bytes to come; -1 = not known */
    static Progress of(Session session, String task, long size) {
        if (!session.shell().progress() || session.json()) {
            return new Progress(null);
        }
        return new Progress(ProgressBar.builder()
                .setTaskName(task)
                .setInitialMax(size)
                .setUnit(" MiB", MEBIBYTE)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .showSpeed()
                .setConsumer(new DelegatingProgressBarConsumer(
                        line -> session.shell().err().print("\r" + line), WIDTH))
                .build());
    }

    /** Says how many bytes are done. */
    void at(long done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
