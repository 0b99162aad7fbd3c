import io.octavo.protocol.PollRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/** Many subscribers that come at once, each on a connection of its own, and whose polls are held. */
public final class Connections {
    private static final int HOLD_MILLIS = 30_000;
    private static final double MOST_SECONDS = 10;

    private Connections() {}

    public static void main(String[] args) throws Exception {
        int count = Bench.option(args, "--count", 10_000);
        try (Stack stack = new Stack()) {
            PollRequest poll = stack.unchanged(stack.topics("connections", 7));
            // The answer of a node that holds: one field of two bytes.
            Load held = Load.of(
                    stack.work, stack.grpc, Stack.POLL, poll.toBuilder().setHoldMs(HOLD_MILLIS).build().toByteArray(), 2, stack.server, 0);
            Load plain = Load.of(
                    stack.work,
                    stack.grpc,
                    Stack.POLL,
                    poll.toByteArray(),
                    stack.poll(poll).getSerializedSize(),
                    stack.server,
                    0);
            plain.dense(100_000, 128);
            run(held, count, stack);
        }
        System.exit(0);
    }

    private static void run(Load held, int count, Stack stack) throws Exception {
        long before = Bench.liveBytes(stack.server);
        long residentBefore = Bench.residentBytes(stack.server);
        double cpuBefore = Bench.cpuMicros(stack.server);
        long start = System.nanoTime();
        Process process = new ProcessBuilder(held.command(List.of("-c" + count, "-n" + count)))
                .redirectErrorStream(true)
                .start();
        double seconds = 0;
        while (heldPolls() < count) {
            seconds = (System.nanoTime() - start) / 1e9;
            Bench.require(process.isAlive() && seconds < 30, "held polls: " + heldPolls() + " of " + count);
            Thread.sleep(100);
        }
        seconds = (System.nanoTime() - start) / 1e9;
        double cpu = (Bench.cpuMicros(stack.server) - cpuBefore) / 1e6;
        long bytes = Bench.liveBytes(stack.server) - before;
        long resident = Bench.residentBytes(stack.server) - residentBefore;
        // All of them are answered by the end of their holds, and rightly.
        held.check(new String(process.getInputStream().readAllBytes()), count);
        System.out.printf("%,d connections at once, each with a held poll of 7 topics; none failed%n", count);
        Bench.figure("until all are held (server's CPU " + String.format("%.1f s)", cpu), seconds, "s", MOST_SECONDS);
        Bench.figure("live heap of an idle held poll, its connection included", bytes / 1024.0 / count, "KiB", 16);
        System.out.printf("resident memory grew by %.1f KiB each%n", resident / 1024.0 / count);
    }

    private static int heldPolls() throws Exception {
        URI metrics = URI.create("http://127.0.0.1:" + Integer.getInteger("bench.http") + "/actuator/prometheus");
        String text = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                .body();
        return text.lines()
                .filter(line -> line.startsWith("octavo_poll_held") && !line.startsWith("octavo_poll_held_bytes"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
