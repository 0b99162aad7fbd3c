package io.octavo.local;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A started child process. Safe for use by several threads; what waits says how long. */
final class Child {
    /** Ctrl-C reaches the whole process group of a terminal; the launcher alone decides who stops when. */
    private static final List<String> DEAF_TO_THE_TERMINAL =
            List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");

    private static final Duration PROBE_PAUSE = Duration.ofMillis(50);
    private static final Duration KILL_BOUND = Duration.ofSeconds(10);
    private static final int TAIL_LINES = 8;

    private final Launch launch;
    private final Process process;
    private final Log log;
    private final Thread pump;

    private Child(Launch launch, Process process) {
        this.launch = launch;
        this.process = process;
        this.log = new Log(launch.log(), Log.DEFAULT_BOUND);
        this.pump = new Thread(() -> log.copy(process.getInputStream()), launch.name() + "-log");
        pump.setDaemon(true);
        pump.start();
    }

    static Child start(Launch launch) throws IOException {
        Files.createDirectories(launch.log().toAbsolutePath().getParent());
        List<String> command = new ArrayList<>(DEAF_TO_THE_TERMINAL);
        command.addAll(launch.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(launch.directory().toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        return new Child(launch, builder.start());
    }

    Process process() {
        return process;
    }

    /** Waits until it serves; {@link StartFailed} if it ends before, or does not within the bound. */
    void awaitReady(Duration bound) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!ready()) {
            if (process.waitFor(PROBE_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StartFailed(launch.name() + ": " + death());
            }
            if (System.nanoTime() - end > 0) {
                throw new StartFailed("%s: not ready after %d s (expected: within that bound)%s"
                        .formatted(launch.name(), bound.toSeconds(), lastLines()));
            }
        }
    }

    private boolean ready() {
        try {
            return process.isAlive() && launch.ready().ready();
        } catch (IOException e) {
            return false;
        }
    }

    /** How it ended, with the last lines of its log; to be asked when it has. */
    String death() throws InterruptedException {
        pump.join(TimeUnit.SECONDS.toMillis(1));
        return "ended with status " + process.waitFor() + lastLines();
    }

    private String lastLines() {
        StringBuilder text =
                new StringBuilder("; the end of ").append(launch.log()).append(':');
        log.tail(TAIL_LINES).forEach(line -> text.append("\n  ").append(line));
        return text.toString();
    }

    /** SIGTERM, and SIGKILL after the child's stop bound. Returns when it is gone, with its exit status. */
    int stop() throws InterruptedException {
        // Process.destroy would close standard input as well, and the leash would cut the hooks short.
        process.toHandle().destroy();
        if (!process.waitFor(launch.stopBound().toMillis(), TimeUnit.MILLISECONDS)) {
            return kill();
        }
        return process.exitValue();
    }

    /** SIGKILL. Returns when it is gone, with its exit status. */
    int kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(KILL_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new StartFailed(launch.name() + ": process " + process.pid() + " can't be killed");
        }
        return process.exitValue();
    }
}
