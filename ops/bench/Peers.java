import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Other servers on this machine, each a child process that ends with this one. */
record Peers(Process process, int port) implements AutoCloseable {
    /** {@link Echo}, with the options of the server that {@code ./octavo up} starts. */
    static Peers echo() throws IOException, InterruptedException {
        int port = Bench.freePort();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                Echo.class.getName(),
                Integer.toString(port)));
        return start(command, port);
    }

    /** etcd of one member, with its own settings. */
    static Peers etcd(Path work) throws IOException, InterruptedException {
        int port = Bench.freePort();
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + Bench.freePort();
        String data = Files.createTempDirectory(work, "etcd").toString();
        return start(
                List.of(
                        "etcd",
                        "--log-level=error",
                        "--data-dir=" + data,
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=default=" + peer),
                port);
    }

    private static Peers start(List<String> command, int port) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(Path.of(System.getProperty("bench.work"), "peer.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        for (int tries = 0; tries < 300 && process.isAlive(); tries++) {
            Thread.sleep(100);
            try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new Peers(process, port);
            } catch (IOException e) {
                // not yet
            }
        }
        throw new IOException(command.get(0) + " did not start: "
                + Files.readString(Path.of(System.getProperty("bench.work"), "peer.log")));
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
