import com.google.protobuf.ByteString;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.Scope;
import java.util.List;
import java.util.Map;

/**
 * A node of the subscribe role alone, once with hardly any topic and once with many. They are copies of the head of one
 * that was published three times, put into the log past the server: publishing them all would take minutes.
 */
public final class ManyTopics {
    private static final Map<String, String> METADATA =
            Map.of("commit", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "run", "1234567", "schema", "7");
    private static final String TEMPLATE = "bench.many-topics.template";
    private static final int SWEEP_SECONDS = 60;

    private final Stack stack;

    private ManyTopics(Stack stack) {
        this.stack = stack;
    }

    public static void main(String[] args) throws Exception {
        try (Stack stack = new Stack()) {
            new ManyTopics(stack).run(Bench.option(args, "--count", 50_000));
        } finally {
            Bench.signal(Long.getLong("bench.server"), "CONT");
        }
        System.exit(0);
    }

    private void run(int count) throws Exception {
        for (String app : List.of("", "recs", "search")) {
            stack.publish(
                            PublishHeader.newBuilder()
                                    .setTopic(TEMPLATE)
                                    .addScopes(Scope.newBuilder().setApp(app))
                                    .putAllMetadata(METADATA)
                                    .build(),
                            ByteString.copyFrom(new byte[100]))
                    .join();
        }
        // It would read the topics as well, and export them.
        Bench.signal(stack.server, "STOP");
        Measured few = measure(1, 10);
        int headBytes = Copies.fill(stack, TEMPLATE, count);
        Measured many = measure(count, SWEEP_SECONDS + 5);
        System.out.printf("%,d topics, their heads %,d bytes each, on a node of the subscribe role%n", count, headBytes);
        Bench.figure("live heap of all heads", (many.live - few.live) / 1e6, "MB", 150);
        Bench.figure(
                String.format("loading them all (process ready after %.1f s; %.1f s with one)", many.ready, few.ready),
                many.ready - few.ready,
                "s",
                15);
        Bench.figure(
                String.format("staying fresh, with one %.1f %%", few.corePercent), many.corePercent, "% core", 5);
    }

    private record Measured(double ready, long live, double corePercent) {}

    private Measured measure(int topics, int seconds) throws Exception {
        try (Node node = new Node(stack, "subscribe", stack.cassandra())) {
            node.awaitReady(120);
            double ready = node.secondsSinceStart();
            int heads = (int) node.metric("octavo_cache_heads");
            Bench.require(heads >= topics, "topics in memory: " + heads + " (expected: " + topics + ")");
            Thread.sleep(5_000);
            long live = Bench.liveBytes(node.pid());
            double cpu = Bench.cpuMicros(node.pid());
            Thread.sleep(seconds * 1000L);
            return new Measured(ready, live, (Bench.cpuMicros(node.pid()) - cpu) / seconds / 1e4);
        }
    }
}
