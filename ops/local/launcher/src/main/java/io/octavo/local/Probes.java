package io.octavo.local;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** The questions that tell whether a child serves. Each answers or throws within seconds. */
final class Probes {
    private static final int TIMEOUT = Math.toIntExact(Duration.ofSeconds(2).toMillis());
    private static final byte[] CQL_OPTIONS = {4, 0, 0, 0, 5, 0, 0, 0, 0};
    private static final byte CQL_RESPONSE = (byte) 0x84;
    private static final byte CQL_SUPPORTED = 6;
    private static final int CQL_HEADER = 9;
    private static final int MAX_STATUS = 1 << 20;
    private static final Pattern READY = Pattern.compile("\"ready\"\\s*:\\s*true");

    private Probes() {}

    /** Whether a CQL server answers an OPTIONS frame (native protocol V4) at this loopback port. */
    static boolean cql(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT);
            socket.getOutputStream().write(CQL_OPTIONS);
            byte[] header = socket.getInputStream().readNBytes(CQL_HEADER);
            return header.length == CQL_HEADER && header[0] == CQL_RESPONSE && header[4] == CQL_SUPPORTED;
        }
    }

    /** Whether an HTTP server answers, with any status. */
    static boolean http(URI uri) throws IOException {
        HttpURLConnection connection = open(uri);
        try {
            return connection.getResponseCode() > 0;
        } finally {
            connection.disconnect();
        }
    }

    /** Whether a server's status says that it is ready. */
    static boolean status(URI uri) throws IOException {
        HttpURLConnection connection = open(uri);
        try (InputStream body = connection.getInputStream()) {
            return READY.matcher(new String(body.readNBytes(MAX_STATUS), StandardCharsets.UTF_8))
                    .find();
        } finally {
            connection.disconnect();
        }
    }

    private static HttpURLConnection open(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(TIMEOUT);
        connection.setReadTimeout(TIMEOUT);
        return connection;
    }
}
