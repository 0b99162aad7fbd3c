package io.octavo.local;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The main class of every child JVM: {@code Leash <main class> args…} runs that class and ends the JVM when standard
 * input, a pipe that the parent holds, is closed. So however the parent dies, no child outlives it by ten seconds:
 * shutdown hooks get {@value #HOOKS_SECONDS} s, then the process is killed.
 *
 * <p>While the JVM lives it holds a lock on the file named by the system property {@value #LOCK}, if there is one; a
 * second child of the same file ends at once. It must stay one class: children get it as a jar of its own.
 */
public final class Leash {
    static final String LOCK = "octavo.leash.lock";
    private static final int HOOKS_SECONDS = 5;

    private Leash() {}

    /** Runs the class named first with the other arguments; whatever its main method throws is thrown on. */
    public static void main(String[] args) throws Throwable {
        Closeable lock = lock();
        Thread leash = new Thread(() -> hold(lock), "leash");
        leash.setDaemon(true);
        leash.start();
        Method main = Class.forName(args[0]).getMethod("main", String[].class);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static Closeable lock() throws IOException {
        String file = System.getProperty(LOCK);
        if (file == null) {
            return () -> {};
        }
        FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            System.err.println(file + ": locked (expected: no other process on this data)");
            System.exit(1);
        }
        return channel;
    }

    /** Never closes the lock itself: it has to be held until the process is gone. */
    private static void hold(Closeable lock) {
        try (lock) {
            awaitEnd(System.in);
            end();
        } catch (IOException e) {
            end();
        }
    }

    /** What the parent writes means nothing; only the end counts, and an unreadable pipe is a closed one. */
    private static void awaitEnd(InputStream pipe) {
        try {
            pipe.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            return;
        }
    }

    /** Runtime.halt alone is not enough: it waits for a class data archive that is being written at exit. */
    private static void end() {
        Thread exit = new Thread(() -> System.exit(0), "leash-exit");
        exit.start();
        try {
            exit.join(TimeUnit.SECONDS.toMillis(HOOKS_SECONDS));
            new ProcessBuilder(
                            "kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            // halted below
        }
        Runtime.getRuntime().halt(1);
    }
}
