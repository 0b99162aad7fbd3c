package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.housekeeping.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class StatusTest {
    private static final Installation INSTALLATION = new Installation("test", "1", () -> true, () -> null);

    private final AtomicLong nanoTime = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void aStoreThatHangsDoesNotHangTheStatus(TestNode node) {
        long begun = System.nanoTime();
        JsonNode status = node.http().get("/api/v1/status").isStatus(200).json();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        assertThat(status.propertyNames())
                .containsExactly(
                        "environment",
                        "ready",
                        "version",
                        "writes",
                        "nodes",
                        "leaders",
                        "stores",
                        "fallback",
                        "cache",
                        "tasks",
                        "found");
        assertThat(status.get("tasks").toString())
                .isEqualTo("[{\"task\":\"idle\",\"intervalMillis\":3600000,\"leader\":\"node-1\","
                        + "\"lastRun\":{\"task\":\"idle\",\"startedAt\":\"1970-01-01T00:00:00Z\",\"outcome\":\"DONE\","
                        + "\"examined\":9,\"done\":3,\"failed\":0,\"tookMillis\":1500},"
                        + "\"found\":\"topics that nobody uses: 3\"}]");
        assertThat(status.get("found").toString())
                .isEqualTo("[{\"task\":\"idle\",\"what\":\"topics that nobody uses: 3\"}]");
        assertThat(status.get("fallback").toString())
                .isEqualTo("[{\"region\":\"eu\",\"ageMillis\":4000},{\"region\":\"us\",\"detail\":\"away\"}]");
        assertThat(status.get("writes").toString()).isEqualTo("{\"working\":true}");
        assertThat(status.get("nodes").get(0).toString())
                .isEqualTo("{\"node\":\"node-1\",\"roles\":[\"publish\"],\"region\":\"eu\",\"http\":\"http://node-1\","
                        + "\"grpc\":\"node-1:9090\",\"grpcTls\":false,\"startedAt\":\"1970-01-01T00:00:00Z\","
                        + "\"heartbeatAt\":\"1970-01-01T00:00:00Z\"}");
        assertThat(status.get("leaders").toString())
                .isEqualTo("[{\"task\":\"sweep\",\"node\":\"node-1\",\"since\":\"1970-01-01T00:00:00Z\"}]");
        assertThat(status.get("stores").toString())
                .isEqualTo("[{\"store\":\"cassandra\",\"up\":true},"
                        + "{\"store\":\"s3:eu\",\"up\":false,\"detail\":\"no answer in time\"}]");
        assertThat(status.get("cache").toString())
                .isEqualTo("{\"heads\":3,\"ageMillis\":700,\"complete\":true,\"stale\":false,\"heldBack\":0}");
        node.http().get("/api/v1/status?x=1").isInvalid("x");
    }

    @Test
    void whatIsDownIsToldAndWhetherWritesNeedIt() {
        StatusView status = board(Runnable::run, () -> {
                    throw new IllegalStateException("out of order");
                })
                .status();

        assertThat(status.stores()).containsExactly(new StatusView.Store("cassandra", false, "out of order"));
        assertThat(status.writes().working()).isFalse();
        assertThat(status.writes().help()).startsWith("cassandra does not answer: out of order");
        assertThat(status.nodes()).hasSize(1);
        assertThat(status.cache()).isNull();
    }

    @Test
    void whatATaskHasStoppedIsToldByTheNodeThatLeadsIt() {
        StatusView status = board(
                        new Installation(
                                "test",
                                "1",
                                () -> true,
                                () -> null,
                                () -> List.of(task("retention", "stopped: 98 versions would go"), task("sweep", null)),
                                () -> List.of(new Installation.Stopped("retention", "waits for node-2"))),
                        Runnable::run,
                        () -> {})
                .status();
        assertThat(status.stopped())
                .containsExactly(
                        new Installation.Stopped("retention", "stopped: 98 versions would go"),
                        new Installation.Stopped("retention", "waits for node-2"));
        assertThat(status.tasks()).extracting(TaskView::task).containsExactly("retention", "sweep");
        assertThat(status.found()).isNull();
        assertThat(board(Runnable::run, () -> {}).status().tasks())
                .as("without the role")
                .isNull();
    }

    private static TaskStatus task(String name, @Nullable String stopped) {
        return new TaskStatus(name, Duration.ofMinutes(10), "n", true, false, null, null, stopped, null);
    }

    @Test
    void whoeverAsksWithinASecondSharesTheAnswer() {
        StatusBoard board = board(Runnable::run, asked::incrementAndGet);
        board.status();
        nanoTime.addAndGet(Duration.ofMillis(999).toNanos());
        board.status();
        assertThat(asked).hasValue(1);
        nanoTime.addAndGet(Duration.ofMillis(1).toNanos());
        board.status();
        assertThat(asked).hasValue(2);
    }

    @Test
    void aQuestionUnderWayIsNotAskedAgain() {
        AtomicInteger begun = new AtomicInteger();
        Probe<Boolean> probe =
                new Probe<>(() -> true, task -> begun.incrementAndGet(), nanoTime::get, Duration.ofSeconds(1));
        assertThat(probe.ask()).isNotDone();
        nanoTime.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(Probe.await(probe.ask(), Duration.ZERO).problem()).isEqualTo("no answer in time");
        assertThat(begun).hasValue(1);
    }

    @Test
    void moreChecksThanThreadsAreToldSo() {
        StatusView status = board(
                        task -> {
                            throw new RejectedExecutionException();
                        },
                        asked::incrementAndGet)
                .status();
        assertThat(status.stores().get(0).detail()).isEqualTo("too many checks are waiting");
        assertThat(status.nodes()).isEmpty();
        assertThat(status.leaders()).isEmpty();
    }

    private StatusBoard board(Executor executor, Runnable check) {
        return board(INSTALLATION, executor, check);
    }

    private StatusBoard board(Installation installation, Executor executor, Runnable check) {
        NodeDirectory nodes = () ->
                List.of(new NodeDirectory.Node("n", List.of("publish"), "eu", "h", "g", Instant.EPOCH, Instant.EPOCH));
        return new StatusBoard(
                installation,
                nodes,
                List::of,
                List::of,
                List.of(Checks.of("cassandra", true, check)),
                executor,
                nanoTime::get);
    }
}
