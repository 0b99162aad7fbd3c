package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.lease.LeaseTable.Row;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class HousekeepingApiTest {
    private static final String TASKS = "/api/v1/housekeeping";
    private static final String RUNS = TASKS + "/tidy/runs";

    @Test
    void aRunAnswersWhatItDidAndIsTheLastOneOfItsTask(TestNode node) {
        Answer answer = node.http().post(RUNS, "");
        while (answer.status() == 503) {
            answer = node.http().post(RUNS, "");
        }
        JsonNode run = answer.isStatus(200).json();
        assertThat(run.propertyNames())
                .containsExactly("task", "startedAt", "outcome", "examined", "done", "failed", "tookMillis");
        assertThat(run.get("task").stringValue()).isEqualTo("tidy");
        assertThat(run.get("outcome").stringValue()).isEqualTo("DONE");
        assertThat(run.get("examined").intValue()).isEqualTo(2);
        assertThat(run.get("done").intValue()).isEqualTo(1);
        assertThat(run.get("failed").intValue()).isZero();

        JsonNode tasks = node.http().get(TASKS).isStatus(200).json().get("tasks");
        assertThat(tasks).hasSize(1);
        JsonNode task = tasks.get(0);
        assertThat(task.propertyNames()).containsExactly("task", "intervalMillis", "leader", "lastRun", "lastAskedRun");
        assertThat(task.get("intervalMillis").longValue()).isEqualTo(3_600_000);
        assertThat(task.get("leader").stringValue()).isEqualTo("node-1");
        // One that nobody has asked for may have come after it.
        assertThat(startOf(task.get("lastRun"))).isAfterOrEqualTo(startOf(run));
        assertThat(task.get("lastAskedRun")).isEqualTo(run);

        JsonNode before =
                node.http().post(RUNS + "?noWait=true", "").isStatus(202).json();
        assertThat(before.propertyNames()).isEqualTo(task.propertyNames());
        assertThat(before.get("lastAskedRun")).isEqualTo(run);
        do {
            task = node.http().get(TASKS).isStatus(200).json().get("tasks").get(0);
        } while (task.has("pending"));
        assertThat(task.get("lastAskedRun")).isNotEqualTo(run);
    }

    @Test
    void anUnknownTaskIsNotFoundAndTheKnownOnesAreNamed(TestNode node) {
        Answer answer = node.http().post(TASKS + "/clean/runs", "").isProblem(404, "NOT_FOUND");
        assertThat(answer.json().get("detail").stringValue()).isEqualTo("no task clean (expected: tidy)");
    }

    @Test
    void parametersAreRefused(TestNode node) {
        node.http().get(TASKS + "?x=1").isInvalid("x");
        node.http().post(RUNS + "?x=1", "").isInvalid("x");
    }

    @Test
    void aNodeThatDoesNotLeadNamesTheOneThatDoes() {
        try (TestNode node = TestNode.start()) {
            node.leadElsewhere("tidy", new Row("node-2", UUID.randomUUID(), 1_000, 0, 0));
            Answer answer = node.http().post(RUNS, "");
            while (answer.status() != 409) {
                answer = node.http().post(RUNS, "");
            }
            answer.isProblem(409, "LED_ELSEWHERE");
            assertThat(answer.json().get("detail").stringValue()).contains("node-2");
            JsonNode task =
                    node.http().get(TASKS).isStatus(200).json().get("tasks").get(0);
            assertThat(task.get("leader").stringValue()).isEqualTo("node-2");
            assertThat(task.get("ledElsewhere").booleanValue()).isTrue();
        }
    }

    private static Instant startOf(JsonNode run) {
        return Instant.parse(run.get("startedAt").stringValue());
    }
}
