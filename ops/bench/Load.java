import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls of one gRPC method with one request, by h2load. It doesn't read the status of gRPC, so that the bytes of the
 * replies are counted: a refusal has none.
 *
 * @param replyBytes of each reply
 * @param idle       the share of a core that the server takes when nobody calls; left out of what calls cost
 */
record Load(int port, String method, Path body, int replyBytes, long pid, double idle) {
    private static final Pattern DONE = Pattern.compile("requests: (\\d+) total.* (\\d+) succeeded, (\\d+) failed");
    private static final Pattern DATA = Pattern.compile("\\((\\d+)\\) data");
    private static final int PREFIX = 5;

    static Load of(Path work, int port, String method, byte[] request, int replyBytes, long pid, double idle)
            throws IOException {
        Path body = Files.createTempFile(work, "request", ".bin");
        Files.write(
                body,
                ByteBuffer.allocate(PREFIX + request.length)
                        .put((byte) 0)
                        .putInt(request.length)
                        .put(request)
                        .array());
        return new Load(port, method, body, replyBytes, pid, idle);
    }

    /** Answers the server's CPU in µs per call. */
    double dense(int calls, int connections) throws IOException, InterruptedException {
        return run(calls, List.of("-c" + connections, "-n" + calls));
    }

    /** As {@link #dense}, with so many calls a second of each connection. */
    double sparse(int calls, int connections, int perSecond) throws IOException, InterruptedException {
        return run(calls, List.of("-c" + connections, "-n" + calls, "--rps=" + perSecond));
    }

    private double run(int calls, List<String> how) throws IOException, InterruptedException {
        long start = System.nanoTime();
        double before = Bench.cpuMicros(pid);
        check(Bench.run(command(how)), calls);
        double micros = (System.nanoTime() - start) / 1e3;
        return (Bench.cpuMicros(pid) - before - micros * idle) / calls;
    }

    List<String> command(List<String> how) {
        List<String> command = new ArrayList<>(
                List.of("h2load", "-t1", "-m1", "-d" + body, "-Hcontent-type: application/grpc", "-Hte: trailers"));
        command.addAll(how);
        command.add("http://127.0.0.1:" + port + "/" + method);
        return command;
    }

    /** Everybody was answered, with so many bytes. */
    void check(String report, int calls) {
        Matcher done = DONE.matcher(report);
        Matcher data = DATA.matcher(report);
        Bench.require(done.find() && data.find(), "h2load: " + report);
        long right = Long.parseLong(done.group(2));
        long bytes = Long.parseLong(data.group(1));
        Bench.require(right == calls, method + ": " + right + " of " + calls + " calls succeeded\n" + report);
        Bench.require(
                bytes == (long) calls * (PREFIX + replyBytes),
                method + ": " + (double) bytes / calls + " bytes per reply (expected: " + (PREFIX + replyBytes) + ")");
    }
}
