package io.octavo.server;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Stands for the server's jar in tests of the launcher: answers {@code /api/v1/status} with ready, and ends if asked. */
public final class OctavoServer {
    private OctavoServer() {}

    /** Ends with status 3 at once if the system property {@code fake.fails} is set. */
    public static void main(String[] args) throws IOException {
        if (Boolean.getBoolean("fake.fails")) {
            System.out.println("the fake server was told to fail");
            System.exit(3);
        }
        System.out.println("fake server " + List.of(args) + " keys "
                + System.getenv().keySet().stream()
                        .filter(key -> key.startsWith("OCTAVO_"))
                        .sorted()
                        .toList());
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(args)), 0);
        server.createContext("/api/v1/status", exchange -> {
            byte[] body = "{\"ready\": true}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private static int port(String[] args) {
        for (String arg : args) {
            if (arg.startsWith("--server.port=")) {
                return Integer.parseInt(arg.substring("--server.port=".length()));
            }
        }
        throw new IllegalArgumentException("--server.port: absent");
    }
}
