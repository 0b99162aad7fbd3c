import com.google.protobuf.ByteString;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.Scope;
import io.octavo.server.payload.Radosgw;
import io.octavo.server.payload.TestS3;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;

/**
 * Many topics of three versions each, looked after by a node of the housekeeping role alone; then one of the subscribe role
 * that can't reach the metadata store starts from what was exported. The topics are copies of one, put into the log past
 * the server. Retention has nothing to delete.
 */
public final class HousekeepingCost {
    private static final String TEMPLATE = "bench.housekeeping.template";
    private static final String CREATED = "octavo_fallback_objects_total{kind=\"head\",outcome=\"created\"";
    private static final String CALLS = "octavo_s3_calls_seconds_count";
    private static final String LOOKS = "octavo_housekeeping_runs_total{outcome=\"done\",task=\"retention\"";
    private static final String LOOKING = "octavo_housekeeping_duration_seconds_sum{task=\"retention\"";
    private static final int STEADY_SECONDS = 60;

    private final Stack stack;
    private final int count;

    private HousekeepingCost(Stack stack, int count) {
        this.stack = stack;
        this.count = count;
    }

    public static void main(String[] args) throws Exception {
        String store = Bench.option(args, "--store", "s3proxy");
        Bench.require(List.of("s3proxy", "radosgw").contains(store), "--store: " + store + " (expected: s3proxy or radosgw)");
        try (Stack stack = new Stack();
                TestS3 ceph = store.equals("radosgw") ? Radosgw.in(Files.createDirectory(stack.work.resolve("ceph"))) : null) {
            if (ceph != null) {
                stack.regions.put("OCTAVO_REGIONS_0_S3_ENDPOINT", ceph.endpoint().toString());
                stack.regions.put("OCTAVO_REGIONS_0_S3_ACCESSKEY", ceph.accessKey());
                stack.regions.put("OCTAVO_REGIONS_0_S3_SECRETKEY", ceph.secretKey());
            }
            new HousekeepingCost(stack, Bench.option(args, "--count", 50_000)).run();
        } finally {
            Bench.signal(Long.getLong("bench.server"), "CONT");
        }
        System.exit(0);
    }

    private void run() throws Exception {
        for (String app : List.of("", "recs", "search")) {
            stack.publish(
                            PublishHeader.newBuilder()
                                    .setTopic(TEMPLATE)
                                    .addScopes(Scope.newBuilder().setApp(app))
                                    .build(),
                            ByteString.copyFrom(new byte[100]))
                    .join();
        }
        // It would do the same work.
        Bench.signal(stack.server, "STOP");
        int headBytes = Copies.fill(stack, TEMPLATE, count);
        System.out.printf("%,d topics of three versions, their heads %,d bytes each, one region%n", count, headBytes);
        try (Node node = housekeeping()) {
            export(node);
        }
        start();
        try (Node node = housekeeping()) {
            retention(node);
            steady(node);
        }
    }

    private Node housekeeping() throws IOException {
        return new Node(
                stack,
                "housekeeping",
                stack.cassandra(),
                "--octavo.payload.create-buckets=true",
                "--octavo.housekeeping.lease=3s",
                "--octavo.housekeeping.lease-margin=500ms",
                "--octavo.housekeeping.run-timeout=1h");
    }

    private void export(Node node) throws Exception {
        node.await(CREATED, 1, 120);
        long start = System.nanoTime();
        node.await(CREATED, count, 900);
        double seconds = (System.nanoTime() - start) / 1e9;
        Bench.figure(String.format("first export (%,.0f heads/s)", count / seconds), seconds, "s", 300);
        // The bundles, and the mark without which nobody starts from it.
        Thread.sleep(15_000);
    }

    private void retention(Node node) throws Exception {
        // By itself, beside the comparison of all topics with what is exported.
        node.await(LOOKS, 1, 3_600);
        double first = node.metric(LOOKING);
        Bench.figure(String.format("retention's first look (%.1f ms a topic)", first * 1e3 / count), first, "s", 600);
        HttpResponse<String> run = node.post("/api/v1/housekeeping/retention/runs");
        Bench.require(run.statusCode() == 200 && run.body().contains("DONE"), "a run: " + run.body());
        Bench.figure("another look, nothing has changed", node.metric(LOOKING) - first, "s", 10);
    }

    private void steady(Node node) throws Exception {
        Thread.sleep(15_000);
        double calls = node.metric(CALLS);
        double cpu = Bench.cpuMicros(node.pid());
        Thread.sleep(STEADY_SECONDS * 1000L);
        double percent = (Bench.cpuMicros(node.pid()) - cpu) / STEADY_SECONDS / 1e4;
        Bench.figure(
                String.format("when nothing changes (%.0f calls to S3 a minute)", node.metric(CALLS) - calls),
                percent,
                "% core",
                10);
        Bench.figure("live heap of the node", Bench.liveBytes(node.pid()) / 1e6, "MB", 150);
    }

    private void start() throws Exception {
        try (Node node = new Node(stack, "subscribe", 1)) {
            node.await("octavo_cache_stale", 1, 300);
            double ready = node.secondsSinceStart();
            double heads = node.metric("octavo_cache_heads");
            Bench.require(heads >= count, "topics in memory: " + heads + " (expected: " + count + ")");
            Bench.figure("a node ready from the fallback cache, process start included", ready, "s", 60);
        }
    }
}
