package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole node in a process of its own, which can be frozen: it does nothing then, and notices nothing. */
final class NodeProcess implements AutoCloseable {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final String name;
    private final File log;
    private final int http;
    private final Process process;

    private NodeProcess(String name, File log, int http, Process process) {
        this.name = name;
        this.log = log;
        this.http = http;
        this.process = process;
    }

    /** One with the arguments of a {@link RealNode}, and these; it doesn't serve yet. */
    static NodeProcess start(String name, Path folder, String... more) throws IOException {
        return start(name, folder, RealNode.freePort(), RealNode.freePort(), more);
    }

    /** The same, on these ports. */
    static NodeProcess start(String name, Path folder, int http, int grpc, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OctavoServer.class.getName()));
        command.addAll(RealNode.arguments(http, grpc, more));
        command.add("--octavo.node.name=" + name);
        File log = folder.resolve(name + ".log").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        return new NodeProcess(name, log, http, process);
    }

    String name() {
        return name;
    }

    /** All that it has said. */
    String log() throws IOException {
        return Files.readString(log.toPath());
    }

    /** SIGSTOP. */
    void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** SIGCONT. */
    void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        signal(process.pid(), signal);
    }

    /** Sends a signal, such as {@code -STOP}, to a process. */
    static void signal(long pid, String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", signal, Long.toString(pid)).start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }

    /** What it says at a path below {@code /api/v1}. */
    JsonNode get(String path) throws IOException, InterruptedException {
        assertThat(process.isAlive()).as("%s lives; it said %s", name, log()).isTrue();
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + "/api/v1" + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    /** SIGKILL, which also ends who is frozen. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
