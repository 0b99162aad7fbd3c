package io.octavo.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The world around one run of the command line.
 *
 * @param in          what {@code publish TOPIC -} sends and what questions are answered from
 * @param out         results, nothing else
 * @param err         errors, notes, progress and questions
 * @param environment its variables
 * @param terminal    whether a person sits at both {@code in} and {@code out}
 * @param progress    whether a person watches {@code err}, so that bars may be drawn there
 * @param who         who is running this, as user@host
 * @param timing      clock, pauses and time-outs
 */
record Shell(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean terminal,
        boolean progress,
        String who,
        Timing timing) {
    private static final Path LINUX_STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final Path LINUX_HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** The process that this runs in. */
    static Shell ofThisProcess() {
        // From Java 22 on a console may be there without a terminal; this one is not.
        System.setProperty("jdk.console", "java.base");
        // A library's logging that goes nowhere needn't say so.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        boolean terminal = Optional.ofNullable(System.console()).isPresent();
        return new Shell(
                System.in,
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.getenv(),
                terminal,
                isTerminal(LINUX_STANDARD_ERROR, terminal),
                System.getProperty("user.name", "unknown") + "@" + host(),
                Timing.real(() -> ThreadLocalRandom.current().nextDouble()));
    }

    /**
     * Ends the process that this runs in. A thread of Java's HTTP client that waits for its sockets makes that take 300
     * ms; interrupted, it ends at once.
     */
    static void exit(int status) {
        Thread[] threads = new Thread[Thread.activeCount() + 16];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i].getName().matches("HttpClient-[0-9]+-SelectorManager")) {
                threads[i].interrupt();
            }
        }
        System.exit(status);
    }

    private static boolean isTerminal(Path descriptor, boolean otherwise) {
        try {
            String device = Files.readSymbolicLink(descriptor).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException e) {
            return otherwise;
        }
    }

    private static String host() {
        try {
            return Files.isReadable(LINUX_HOST_NAME)
                    ? Files.readString(LINUX_HOST_NAME).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
