import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A server on this machine as if it were further away: what it answers comes some milliseconds later. */
final class Distant implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final URI server;
    private final long nanos;

    private record Piece(byte[] bytes, long due) {}

    Distant(URI server, int millis) throws IOException {
        this.server = server;
        this.nanos = millis * 1_000_000L;
        thread(this::accept);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    private void accept() throws IOException {
        while (true) {
            Socket near = socket.accept();
            Socket far = new Socket(server.getHost(), server.getPort());
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            BlockingQueue<Piece> underWay = new LinkedBlockingQueue<>(1000);
            thread(() -> {
                near.getInputStream().transferTo(far.getOutputStream());
                far.shutdownOutput();
            });
            thread(() -> read(far.getInputStream(), underWay));
            thread(() -> {
                try (near) {
                    write(underWay, near.getOutputStream());
                }
            });
        }
    }

    private void read(InputStream in, BlockingQueue<Piece> underWay) throws IOException, InterruptedException {
        byte[] buffer = new byte[64 << 10];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            underWay.put(new Piece(Arrays.copyOf(buffer, count), System.nanoTime() + nanos));
        }
        underWay.put(new Piece(new byte[0], System.nanoTime() + nanos));
    }

    private static void write(BlockingQueue<Piece> underWay, OutputStream out) throws IOException, InterruptedException {
        for (Piece piece = underWay.take(); piece.bytes().length > 0; piece = underWay.take()) {
            long wait = piece.due() - System.nanoTime();
            if (wait > 0) {
                Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
            }
            out.write(piece.bytes());
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // The connection has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
