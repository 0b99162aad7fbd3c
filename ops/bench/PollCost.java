import com.datastax.oss.driver.api.core.CqlSession;
import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.octavo.protocol.PollRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** CPU of the server per unchanged poll, against an echo of the same bytes and against etcd. */
public final class PollCost {
    private static final int WARM_UP = 150_000;
    private static final int POLLS = 100_000;
    private static final int QUIET_MILLIS = 5_000;

    private final Stack stack;
    private final int pairs;

    private double idle;
    private double idleEtcd;

    private PollCost(Stack stack, int pairs) {
        this.stack = stack;
        this.pairs = pairs;
    }

    public static void main(String[] args) throws Exception {
        try (Stack stack = new Stack()) {
            new PollCost(stack, Bench.option(args, "--pairs", 7)).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        List<String> topics = stack.topics("poll", 200);
        PollRequest seven = stack.unchanged(topics.subList(0, 7));
        PollRequest many = stack.unchanged(topics);
        PollRequest one = stack.unchanged(topics.subList(0, 1));
        try (Peers echo = Peers.echo();
                Peers etcd = Peers.etcd(stack.work)) {
            Load ours = poll(seven);
            Load theirs = echo(echo, seven);
            ours.dense(WARM_UP, 128);
            theirs.dense(WARM_UP, 128);
            double before = Bench.cpuMicros(stack.server);
            double beforeEtcd = Bench.cpuMicros(etcd.pid());
            Thread.sleep(QUIET_MILLIS);
            idle = (Bench.cpuMicros(stack.server) - before) / 1e3 / QUIET_MILLIS;
            idleEtcd = (Bench.cpuMicros(etcd.pid()) - beforeEtcd) / 1e3 / QUIET_MILLIS;
            ours = poll(seven);
            System.out.printf("with nobody calling, %.1f %% of a core (etcd %.1f %%), left out below%n", 100 * idle, 100 * idleEtcd);
            System.out.println("CPU of the server, µs per call of " + seven.getSerializedSize() + " bytes (7 topics), "
                    + many.getSerializedSize() + " (200), " + one.getSerializedSize() + " (1)");
            Bench.head("poll", "peer");
            dense("7 topics, echo, 128 connections × 1", ours, theirs, 20_000, 1.15);
            sparse("7 topics, echo, 500 connections × 4/s", ours, theirs, 1.15);
            dense("200 topics, echo, 128 connections × 1", poll(many), echo(echo, many), 10_000, 2.5);
            dense("1 topic, etcd Range, 128 connections × 1", poll(one), range(etcd), 10_000, 0.3);
            storeRequests(ours);
        }
    }

    private Load poll(PollRequest request) throws IOException {
        int bytes = stack.poll(request).getSerializedSize();
        return Load.of(stack.work, stack.grpc, Stack.POLL, request.toByteArray(), bytes, stack.server, idle);
    }

    private Load echo(Peers echo, PollRequest request) throws IOException {
        byte[] bytes = request.toByteArray();
        return Load.of(stack.work, echo.port(), Echo.METHOD, bytes, bytes.length, echo.pid(), 0);
    }

    /** A key of as many bytes as a topic's name, with a value of 100 bytes, as a payload has. */
    private Load range(Peers etcd) throws IOException {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", etcd.port())
                .usePlaintext()
                .build();
        byte[] key = "bench.poll.0".getBytes(StandardCharsets.UTF_8);
        ClientCalls.blockingUnaryCall(
                channel,
                Echo.bytes("etcdserverpb.KV/Put", MethodType.UNARY),
                CallOptions.DEFAULT.withWaitForReady(),
                fields(key, new byte[100]));
        byte[] request = fields(key);
        byte[] answer = ClientCalls.blockingUnaryCall(
                channel, Echo.bytes("etcdserverpb.KV/Range", MethodType.UNARY), CallOptions.DEFAULT, request);
        channel.shutdownNow();
        return Load.of(stack.work, etcd.port(), "etcdserverpb.KV/Range", request, answer.length, etcd.pid(), idleEtcd);
    }

    /** A message of byte fields, numbered from 1. */
    static byte[] fields(byte[]... values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        for (int i = 0; i < values.length; i++) {
            out.writeByteArray(i + 1, values[i]);
        }
        out.flush();
        return bytes.toByteArray();
    }

    private void dense(String name, Load ours, Load theirs, int calls, double goal) throws Exception {
        ours.dense(calls, 128);
        theirs.dense(calls, 128);
        double[] left = new double[pairs];
        double[] right = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            left[i] = ours.dense(calls, 128);
            right[i] = theirs.dense(calls, 128);
        }
        Bench.row(name, left, right, "µs", goal);
    }

    private void sparse(String name, Load ours, Load theirs, double goal) throws Exception {
        double[] left = new double[pairs];
        double[] right = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            left[i] = ours.sparse(6_000, 500, 4);
            right[i] = theirs.sparse(6_000, 500, 4);
        }
        Bench.row(name, left, right, "µs", goal);
    }

    /** What Cassandra counts for the server's connections, while it is polled and in as long a time without. */
    private void storeRequests(Load polls) throws Exception {
        try (CqlSession session = Cassandra.open(stack.cassandra())) {
            long start = System.nanoTime();
            long before = Cassandra.requests(session);
            polls.dense(POLLS, 128);
            long busy = Cassandra.requests(session) - before;
            long millis = (System.nanoTime() - start) / 1_000_000;
            before = Cassandra.requests(session);
            Thread.sleep(millis);
            long quiet = Cassandra.requests(session) - before;
            System.out.printf(
                    "Cassandra's requests in %.1f s: %d with %,d unchanged polls, %d without any (goal: no more)%n",
                    millis / 1e3, busy, POLLS, quiet);
            Bench.require(busy - quiet < POLLS / 1000, "polls ask the store");
        }
    }
}
