package io.octavo.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Runs some commands for nobody to see, against a server of its own on loopback: what the JVM loads for them is what it
 * loads for everybody's, and the packaged program's script has it keep that for later starts.
 */
final class Rehearsal {
    private static final List<List<String>> COMMANDS = List.of(
            List.of("topics"),
            List.of("history", "prices", "--json"),
            List.of("pin", "prices", "1", "--scope", "*", "--reason", "rehearsal", "--dry-run"),
            List.of("publish", "prices", "-"),
            List.of("help", "publish"),
            List.of("--version"));
    private static final String ANSWER = """
            {"topic":"prices","version":1,"revision":1,"dryRun":true,"impact":[{"scope":"*","to":1}],\
            "pins":[],"versions":[],"topics":[{"topic":"prices","settings":{}}],"environment":"rehearsal"}""";

    private Rehearsal() {}

    /** Does it, in a process of its own. */
    public static void main(String[] args) throws IOException {
        rehearse(Shell.ofThisProcess());
    }

    /** Does it; takes nothing from the shell but how time passes there. */
    static void rehearse(Shell shell) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread answers = new Thread(() -> answer(server), "rehearsal");
            answers.setDaemon(true);
            answers.start();
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
            Shell alone = new Shell(
                    InputStream.nullInputStream(),
                    nowhere,
                    nowhere,
                    Map.of("OCTAVO_SERVER", "http://127.0.0.1:" + server.getLocalPort()),
                    false,
                    false,
                    "rehearsal",
                    shell.timing());
            COMMANDS.forEach(words -> Octavo.run(alone, words.toArray(String[]::new)));
        }
    }

    /** Answers everything with the same, until the server is closed. */
    private static void answer(ServerSocket server) {
        byte[] body = ANSWER.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                + body.length + "\r\n\r\n";
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                BufferedReader request =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                String line = request.readLine();
                while (line != null && !line.isEmpty()) {
                    line = request.readLine();
                }
                socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().write(body);
                socket.getOutputStream().flush();
            } catch (IOException e) {
                // Closed, or a command that has what it wanted.
            }
        }
    }
}
