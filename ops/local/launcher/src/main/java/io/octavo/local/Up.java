package io.octavo.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The main class of {@code ./octavo up}: everything on this machine, until a signal or a failure stops it. Exit status:
 * 1 it could not start or go on, with the reason on standard error; 2 usage; 130 or 143 a signal stopped it.
 */
public final class Up {
    private static final Duration START_BOUND = Duration.ofMinutes(2);
    private static final Duration ORPHANS_BOUND = Duration.ofSeconds(15);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int DEFAULT_HTTP_PORT = 8080;

    private final UpOptions options;
    private final Consumer<String> console;
    private final Stack stack;
    private volatile boolean failed;

    private Up(UpOptions options, Consumer<String> console) {
        this.options = options;
        this.console = console;
        this.stack = new Stack(
                console,
                START_BOUND,
                () -> new RestartPolicy(
                        FIRST_PAUSE, () -> ThreadLocalRandom.current().nextDouble()));
    }

    /** Runs until it is stopped. */
    public static void main(String[] args) {
        if (List.of(args).contains("--help")) {
            System.out.println(UpOptions.USAGE);
            return;
        }
        UpOptions options;
        try {
            options = UpOptions.parse(List.of(args));
        } catch (StartFailed e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Up up = new Up(options, System.out::println);
        Runtime.getRuntime().addShutdownHook(new Thread(up::stopBySignal, "stop"));
        up.run();
        System.exit(1);
    }

    /** Returns when it could not start or go on, with everything stopped and the reason told. */
    private void run() {
        try (DataFolder data = DataFolder.open(options.data())) {
            run(data);
        } catch (StartFailed e) {
            fail(e);
        }
    }

    private void run(DataFolder data) {
        try {
            start(data);
            stack.awaitFailure();
        } catch (StartFailed e) {
            fail(e);
        }
    }

    private void fail(StartFailed reason) {
        failed = true;
        System.err.println(reason.getMessage());
        if (stack.stop()) {
            console.accept("stopped");
        }
    }

    /** A shutdown hook: runs at the end after a failure too. */
    private void stopBySignal() {
        if (!failed) {
            stack.stop();
            console.accept("stopped");
        }
    }

    private void start(DataFolder data) {
        long start = System.nanoTime();
        Checkout checkout = Checkout.find();
        Path serverJar = checkout.server();
        data.awaitOrphans(ORPHANS_BOUND);
        requireFree("--http-port", options.httpPort());
        requireFree("--grpc-port", options.grpcPort());
        StablePorts ports = new StablePorts(data.resolve("ports"));
        LocalCassandra cassandra = new LocalCassandra(
                data.resolve("cassandra"),
                data.resolve("logs/cassandra.log"),
                ports.port("cassandra.cql"),
                ports.port("cassandra.storage"),
                Jdk17.here().java(),
                checkout);
        LocalS3 s3 = new LocalS3(data.resolve("s3"), data.resolve("logs/s3.log"), ports.port("s3"), checkout);
        LocalServer server = new LocalServer(data, serverJar, options, cassandra, s3, System.getenv());
        stack.start(
                new Stack.Member(cassandra, "127.0.0.1:" + cassandra.port()),
                new Stack.Member(s3, s3.endpoint().toString()));
        stack.start(new Stack.Member(server, base()));
        greet(Duration.ofNanos(System.nanoTime() - start));
    }

    private static void requireFree(String option, int port) {
        if (!Ports.isFree(port)) {
            throw new StartFailed(option + ": " + port + " is taken (expected: a free port; choose another)");
        }
    }

    private String base() {
        return "http://127.0.0.1:" + options.httpPort();
    }

    private void greet(Duration took) {
        String server = options.httpPort() == DEFAULT_HTTP_PORT ? "" : " --server " + base();
        console.accept(
                """
                octavo      up in %.1f s
                  UI        %s/ui/
                  REST      %s/api/v1
                  gRPC      127.0.0.1:%d
                  try       ./octavo publish greeting README.md%s
                  data      %s
                Ctrl-C stops it.""".formatted(took.toMillis() / 1e3, base(), base(), options.grpcPort(), server, options.data()));
    }
}
