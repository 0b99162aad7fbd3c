package io.octavo.local;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** What {@code ./octavo up} was asked for. */
record UpOptions(Path data, int httpPort, int grpcPort, String roles) {
    static final String USAGE = "usage: ./octavo up [--data DIR] [--http-port 8080] [--grpc-port 9090] [--roles all]";

    UpOptions {
        if (httpPort == grpcPort) {
            throw new StartFailed("--grpc-port: " + grpcPort + " (expected: another one than --http-port)");
        }
    }

    /** Reads {@code --name value} and {@code --name=value}; {@link StartFailed} names what it does not understand. */
    static UpOptions parse(List<String> arguments) {
        Path data = Path.of("data");
        int httpPort = 8080;
        int grpcPort = 9090;
        String roles = "all";
        for (Iterator<String> words = arguments.iterator(); words.hasNext(); ) {
            String word = words.next();
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            switch (name) {
                case "--data" -> data = Path.of(value(name, word, equals, words));
                case "--http-port" -> httpPort = port(name, value(name, word, equals, words));
                case "--grpc-port" -> grpcPort = port(name, value(name, word, equals, words));
                case "--roles" -> roles = value(name, word, equals, words);
                default -> throw new StartFailed(word + ": unknown\n" + USAGE);
            }
        }
        return new UpOptions(data.toAbsolutePath().normalize(), httpPort, grpcPort, roles);
    }

    private static String value(String name, String word, int equals, Iterator<String> words) {
        String value = equals >= 0 ? word.substring(equals + 1) : words.hasNext() ? words.next() : "";
        if (value.isBlank()) {
            throw new StartFailed(name + ": no value\n" + USAGE);
        }
        return value;
    }

    private static int port(String name, String value) {
        try {
            int port = Integer.parseInt(value);
            if (port >= 1 && port <= Ports.MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new StartFailed(name + ": " + value + " (expected: a port, 1 to " + Ports.MAX + ")");
    }
}
