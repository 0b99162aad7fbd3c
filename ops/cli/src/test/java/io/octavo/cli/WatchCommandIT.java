package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.protocol.PollRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class WatchCommandIT {
    @TempDir
    Path folder = Path.of("");

    private final TestNode node = new TestNode();
    private final Run run = Run.against(node.http);
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private Thread thread = new Thread();

    WatchCommandIT() throws IOException {}

    private void watch(String... options) {
        String[] arguments = Stream.concat(Stream.of("watch", "prices", "--poll", "1s"), Stream.of(options))
                .toArray(String[]::new);
        Thread watching = new Thread(() -> ended.complete(run.status(arguments)));
        thread = watching;
        watching.start();
    }

    private int interrupt() throws ExecutionException, InterruptedException, TimeoutException {
        thread.interrupt();
        return ended.get(20, TimeUnit.SECONDS);
    }

    private void awaitLines(int count) {
        await().atMost(20, TimeUnit.SECONDS).until(() -> run.out().lines().count() == count);
    }

    @AfterEach
    void stop() throws InterruptedException {
        thread.interrupt();
        thread.join(20_000);
        node.close();
    }

    @Test
    void printsALineForEveryVersionAndEndsWhenInterrupted() throws Exception {
        node.publish(1, "one");
        watch("--region", "eu", "--app", "shop", "--cluster", "blue", "--instance", "i1");
        awaitLines(1);
        node.publish(2, "second");
        awaitLines(2);
        assertThat(interrupt()).isEqualTo(130);
        assertThat(run.out().lines().toList().get(0)).matches("20\\S+Z  version 1  3 B  service");
        assertThat(run.out().lines().toList().get(1)).matches("20\\S+Z  version 2  6 B  service");
        assertThat(run.err())
                .startsWith("Watching prices as region=eu,app=shop,cluster=blue at " + node.http.address()
                        + ", polls every 1s; Ctrl-C ends it\n");
        PollRequest poll = node.polls.remove();
        assertThat(poll.getConsumer().getRegion()).isEqualTo("eu");
        assertThat(poll.getConsumer().getApp()).isEqualTo("shop");
        assertThat(poll.getConsumer().getCluster()).isEqualTo("blue");
        assertThat(poll.getConsumer().getInstance()).isEqualTo("i1");
    }

    @Test
    void keepsTheFileAndRunsTheCommandEvenAfterOneFailed() throws Exception {
        Path file = folder.resolve("prices.json");
        Path log = folder.resolve("log");
        node.publish(1, "one");
        watch(
                "-o",
                file.toString(),
                "--exec",
                "echo \"$OCTAVO_TOPIC $OCTAVO_VERSION $(cat \"$OCTAVO_FILE\")\" >> " + log
                        + "; [ $OCTAVO_VERSION = 2 ] || exit 7");
        await().atMost(20, TimeUnit.SECONDS).until(() -> run.err().contains("ended with status 7"));
        assertThat(file).hasContent("one");
        node.publish(2, "two");
        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> Files.readAllLines(log).equals(List.of("prices 1 one", "prices 2 two")));
        assertThat(file).hasContent("two");
        assertThat(run.err()).contains("octavo: prices: version 1: the command ended with status 7; watching goes on");
        assertThat(interrupt()).isEqualTo(130);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, log);
        }
    }

    @Test
    void withoutAnOutputTheCommandGetsATemporaryFile() throws Exception {
        Path copy = folder.resolve("copy");
        node.publish(1, "one");
        watch("--json", "--exec", "cp \"$OCTAVO_FILE\" " + copy);
        await().atMost(20, TimeUnit.SECONDS).until(() -> Files.exists(copy) && Files.size(copy) == 3);
        assertThat(interrupt()).isEqualTo(130);
        JsonNode line = run.json();
        assertThat(line.path("topic").asString()).isEqualTo("prices");
        assertThat(line.path("version").asInt()).isEqualTo(1);
        assertThat(line.path("revision").asInt()).isEqualTo(1);
        assertThat(line.path("size").asInt()).isEqualTo(3);
        assertThat(line.path("source").asString()).isEqualTo("service");
        assertThat(line.path("publishedAt").asString()).isEqualTo("2026-11-22T12:00:00Z");
        assertThat(line.path("metadata").path("said").asString()).isEqualTo("so");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aCommandThatRunsEndsWithTheWatch() throws Exception {
        Path started = folder.resolve("started");
        node.publish(1, "one");
        watch("--exec", "echo $$ > " + started + "; exec sleep 300");
        await().atMost(20, TimeUnit.SECONDS).until(() -> Files.exists(started) && Files.size(started) > 0);
        long child = Long.parseLong(Files.readString(started).strip());
        assertThat(interrupt()).isEqualTo(130);
        await().atMost(20, TimeUnit.SECONDS)
                .until(() ->
                        ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void whatCouldNotBeWrittenIsTriedAgain() throws Exception {
        Path place = Files.createDirectory(folder.resolve("place"));
        Path file = place.resolve("prices");
        watch("-o", file.toString());
        await().atMost(20, TimeUnit.SECONDS).until(() -> run.err().contains("nothing is published for this consumer"));
        Files.delete(place);
        node.publish(1, "one");
        await().atMost(20, TimeUnit.SECONDS).until(() -> run.err().contains("version 1 couldn't be written"));
        assertThat(run.out()).isEmpty();
        Files.createDirectory(place);
        awaitLines(1);
        assertThat(file).hasContent("one");
    }

    @Test
    void aNodeThatRestartsIsFollowed() throws Exception {
        node.publish(1, "one");
        watch();
        awaitLines(1);
        node.restart();
        node.publish(2, "two");
        awaitLines(2);
        assertThat(run.err()).doesNotContain("\tat ");
    }

    @Test
    void aServerThatIsAwayIsWaitedFor() throws Exception {
        node.http.on("GET /api/v1/status", TestServer.problem(503, "UNAVAILABLE", "starting"));
        watch("--json");
        await().atMost(20, TimeUnit.SECONDS).until(() -> !run.err().isEmpty());
        assertThat(run.err().lines()).allMatch(line -> Run.document(line).has("detail"));
        assertThat(run.err()).contains("503").contains("trying again").doesNotContain("\tat ");
        assertThat(interrupt()).isEqualTo(130);
    }
}
