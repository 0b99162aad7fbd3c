package io.octavo.cli;

import io.octavo.client.Deserializer;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "watch",
        header = "Follows a topic.",
        description = {
            "Subscribes as a consumer and prints a line for every version that it is to run: when, which, how large"
                    + " and from where. It is about states: of several versions in a row it may see the last one only,"
                    + " and after a pin an older one. It goes on when the server is away, until it is ended.",
            "With -o the payload is kept in a file that is replaced at once, as soon as it is complete and verified."
                    + " With --exec a command is run after that, by sh -c, with OCTAVO_TOPIC, OCTAVO_VERSION and"
                    + " OCTAVO_FILE; without -o that file is a temporary one. If the command fails that is reported and"
                    + " watching goes on; the next version waits until it has ended. With --json its output goes to"
                    + " standard error."
        },
        footer = {
            "  octavo watch prices --region eu -o /etc/shop/prices.json --exec 'systemctl reload shop'",
            "  octavo watch prices --json | jq -r .version"
        })
@Manual(
        changes = "With -o the file, and what the command of --exec does.",
        related = {"get", "explain", "pin"})
final class WatchCommand implements Subcommand {
    private static final Duration SHORTEST_POLL = Duration.ofMillis(100);
    private static final Duration LONGEST_POLL = Duration.ofHours(1);
    /** The client logs what it meets; here it is told in words. Held, for loggers are forgotten otherwise. */
    private static final Logger CLIENT_LOG = Logger.getLogger("io.octavo.client");

    private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Mixin
    private ConsumerOptions consumer = new ConsumerOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to keep the payload.")
    private @Nullable Path output;

    @Option(names = "--exec", paramLabel = "CMD", description = "What to run for every version.")
    private @Nullable String command;

    @Option(
            names = "--poll",
            paramLabel = "TIME",
            description =
                    "Asks so often, 100ms to 1h, instead of waiting at the server for what is new. The server's own"
                            + " wish goes before it.")
    private @Nullable String poll;

    @Override
    public void run(Session session) throws InterruptedException {
        TopicNames.check(topic);
        if (command != null && command.isBlank()) {
            throw new InvalidField("--exec", command, "a command");
        }
        if (output != null) {
            AtomicFile.check(output);
        }
        CLIENT_LOG.setLevel(Level.OFF);
        GRPC_LOG.setLevel(Level.OFF);
        // Everything is done on this thread, so that Ctrl-C ends it wherever it is.
        BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        Delivery delivery = new Delivery(session, topic, output, command);
        boolean isFileWanted = output != null || command != null;
        Deserializer<Delivery.Arrival> arrivals =
                payload -> new Delivery.Arrival(payload.size(), isFileWanted ? payload.file() : null);
        try (OctavoClient client = builder(session).build()) {
            session.note("Watching " + topic + " as " + consumer + " at " + session.server()
                    + (poll == null ? "" : ", polls every " + poll) + "; Ctrl-C ends it");
            Subscription<Delivery.Arrival> subscription = client.subscription(topic, arrivals)
                    .listener(tasks::add, delivery)
                    .start();
            try {
                follow(session, subscription, tasks, delivery);
            } finally {
                delivery.end();
                tasks.forEach(Runnable::run);
            }
        }
    }

    private void follow(
            Session session,
            Subscription<Delivery.Arrival> subscription,
            BlockingQueue<Runnable> tasks,
            Delivery delivery)
            throws InterruptedException {
        String told = "";
        while (true) {
            Runnable task = tasks.poll(1, TimeUnit.SECONDS);
            if (task != null) {
                task.run();
            } else {
                delivery.retryIfFailed();
            }
            String trouble = trouble(subscription.state());
            if (!trouble.isEmpty() && !trouble.equals(told)) {
                Failure.here(trouble).print(session.shell().err(), session.json());
            }
            told = trouble;
        }
    }

    private static String trouble(SubscriptionState state) {
        if (state.phase() == Phase.UNRESOLVED) {
            return state.version() == 0
                    ? "nothing is published for this consumer yet; waiting"
                    : "nothing is published for this consumer any more; keeping version " + state.version();
        }
        if (state.error() == null) {
            return "";
        }
        String kept = state.version() == 0 ? "" : ", keeping version " + state.version();
        return state.error().getMessage() + "; trying again" + kept;
    }

    private OctavoClientBuilder builder(Session session) {
        OctavoClientBuilder builder = OctavoClient.builder()
                .server(session.server().uri())
                .who(session.shell().who());
        if (poll != null) {
            builder.heldPolls(false).pollInterval(interval(poll));
        }
        Connection connection = session.connection();
        if (connection.token() != null) {
            builder.token(connection.token());
        }
        if (connection.ca() != null) {
            builder.trust(connection.ca());
        }
        if (consumer.region() != null) {
            builder.region(consumer.region());
        }
        if (consumer.app() != null) {
            builder.app(consumer.app());
        }
        if (consumer.cluster() != null) {
            builder.cluster(consumer.cluster());
        }
        if (consumer.instance() != null) {
            builder.instance(consumer.instance());
        }
        return builder;
    }

    private static Duration interval(String poll) {
        Duration interval = Periods.parse("--poll", poll);
        if (interval.compareTo(SHORTEST_POLL) < 0 || interval.compareTo(LONGEST_POLL) > 0) {
            throw new InvalidField("--poll", poll, "100ms to 1h");
        }
        return interval;
    }
}
