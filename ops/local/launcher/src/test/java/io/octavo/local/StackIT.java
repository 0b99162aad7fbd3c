package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StackIT {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final List<String> console = new CopyOnWriteArrayList<>();
    private final Stack stack = new Stack(console::add, BOUND, () -> new RestartPolicy(Duration.ofMillis(10), () -> 0));

    @AfterEach
    void stopAll() {
        stack.stop();
    }

    @Test
    void aChildThatDiesIsReportedAndStartedAgain() {
        FakeService fake = new FakeService("fake", folder);
        stack.start(new Stack.Member(fake, "here"));
        assertThat(console).singleElement().asString().matches("fake +up in [0-9]+[.,][0-9] s +here");
        long first = fake.pid();
        ProcessHandle.of(first).ifPresent(ProcessHandle::destroyForcibly);
        await().atMost(BOUND).until(() -> console.size() == 4);
        assertThat(console.get(1)).contains("ended with status 137; the end of " + folder.resolve("fake.log"));
        assertThat(console.get(2)).contains("starts again in");
        assertThat(console.get(3)).contains("up in");
        assertThat(fake.pid()).isNotEqualTo(first);
    }

    @Test
    void aChildThatDiesFiveTimesEndsEverything() {
        FakeService fake = new FakeService("fake", folder);
        FakeService other = new FakeService("other", folder);
        stack.start(new Stack.Member(other, "there"), new Stack.Member(fake, "here"));
        for (int death = 1; death <= RestartPolicy.DEATHS; death++) {
            int ups = death;
            await().atMost(BOUND)
                    .until(() -> console.stream()
                                    .filter(line -> line.matches("fake +up .*"))
                                    .count()
                            == ups);
            ProcessHandle.of(fake.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        assertThatThrownBy(stack::awaitFailure)
                .isInstanceOf(StartFailed.class)
                .hasMessage("fake: died 5 times within 2 minutes");
        assertThat(other.alive()).isTrue();
        assertThat(stack.stop()).isTrue();
        assertThat(other.alive()).isFalse();
    }

    @Test
    void aFailedFirstStartTellsTheEndOfTheLog() {
        FakeService fake = new FakeService("fake", folder, "-Dfake.fails=true");
        assertThatThrownBy(() -> stack.start(new Stack.Member(fake, "here")))
                .isInstanceOf(StartFailed.class)
                .hasMessageContaining("fake: ended with status 3; the end of " + folder.resolve("fake.log"))
                .hasMessageContaining("the fake server was told to fail");
    }

    @Test
    void aStartThatTakesTooLongFailsWithItsBound() {
        Stack impatient =
                new Stack(console::add, Duration.ZERO, () -> new RestartPolicy(Duration.ofMillis(10), () -> 0));
        FakeService fake = new FakeService("fake", folder);
        assertThatThrownBy(() -> impatient.start(new Stack.Member(fake, "here")))
                .hasMessageContaining("fake: not ready after 0 s (expected: within that bound)");
        assertThat(impatient.stop()).isTrue();
        assertThat(fake.alive()).isFalse();
        assertThat(impatient.stop()).isFalse();
    }

    @Test
    void nothingStartsOnceItIsStopped() {
        FakeService fake = new FakeService("fake", folder);
        assertThat(stack.stop()).isFalse();
        fake.close();
        assertThatThrownBy(fake::start).hasMessage("fake: closed");
        assertThatThrownBy(fake::pid).hasMessage("fake: not started");
    }
}
