package io.octavo.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One run of the command line in this process: what it is given, and then what came of it. */
final class Run {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    final List<Duration> pauses = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream() {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            notifyAll();
        }
    };
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    /** Nothing is connected to it: reading fails. */
    private InputStream in = new PipedInputStream();

    private boolean terminal;
    private Duration stall = Duration.ofSeconds(20);

    static Run against(TestServer server) {
        return new Run().environment("OCTAVO_SERVER", server.address());
    }

    Run environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Run input(byte[] bytes) {
        return input(new ByteArrayInputStream(bytes));
    }

    Run input(InputStream stream) {
        in = stream;
        return this;
    }

    /** As if a person sat there who will type this. */
    Run terminal(String typed) {
        terminal = true;
        return input(typed.getBytes(StandardCharsets.UTF_8));
    }

    Run stallAfter(Duration duration) {
        stall = duration;
        return this;
    }

    int status(String... args) {
        return Octavo.run(shell(), args);
    }

    /** What the command line is told of the world. */
    Shell shell() {
        return new Shell(
                in,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                terminal,
                terminal,
                "ann@här",
                new Timing(
                        InstantSource.fixed(NOW),
                        pauses::add,
                        () -> 1,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        stall));
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    byte[] outBytes() {
        return out.toByteArray();
    }

    /** Waits, some seconds at most, until so many bytes have come out. */
    void awaitOut(int bytes) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        synchronized (out) {
            while (out.size() < bytes) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError(out.size() + " bytes came out (expected: " + bytes + ")");
                }
                try {
                    out.wait(left);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** The one document on standard output. */
    JsonNode json() {
        return document(out());
    }

    /** The one document on standard error. */
    JsonNode errorJson() {
        return document(err());
    }

    static JsonNode document(String text) {
        if (text.lines().count() != 1) {
            throw new AssertionError("not one line: " + text);
        }
        JsonNode document = Json.read(text.getBytes(StandardCharsets.UTF_8));
        if (document == null) {
            throw new AssertionError("not JSON: " + text);
        }
        return document;
    }
}
