package io.octavo.server.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.ExplainView.Kind;
import io.octavo.server.web.PastHeads.Moment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExplainTest {
    private static final List<String> VALUES = List.of("", "eu", "us", "recs", "search", "blue");

    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5));

    @Test
    void whatIsExplainedIsWhatIsResolved() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        RandomCommands commands = new RandomCommands(random);
        commits.commit("topic", commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
        for (int step = 0; step < 500; step++) {
            TopicHead head = head();
            try {
                commits.commit("topic", commands.next(head.getNewestVersion(), head.getRevision()), "tester", null);
            } catch (ServiceException | InvalidField refused) {
                assertThat(head()).isEqualTo(head);
            }
            check(head(), consumer(random), "octavo.seed=" + seed + ", step " + step);
        }
    }

    private void check(TopicHead head, Consumer consumer, String description) {
        Resolution resolution = Resolution.of(head, consumer);
        ExplainView view =
                ExplainView.of(new Moment(head, head, null), consumer, PassedOver.of(log, head, consumer), null);

        assertThat(view.version())
                .as(description)
                .isEqualTo(resolution.version() == 0 ? null : Long.valueOf(resolution.version()));
        assertThat(view.pin() != null).as(description).isEqualTo(resolution.pinned());
        assertThat(view.publication() != null).as(description).isEqualTo(view.kind() == Kind.PUBLICATION);
        assertThat(view.because()).as(description).isNotEmpty().doesNotHaveDuplicates();
        String first = view.because().get(0);
        if (resolution.version() == 0) {
            assertThat(first).as(description).containsAnyOf("No version is published", "was deleted");
        } else {
            assertThat(first)
                    .as(description)
                    .startsWith("Version " + resolution.version() + " is ")
                    .contains(Scopes.format(requireNonNull(resolution.scope())));
        }
    }

    private TopicHead head() {
        return requireNonNull(log.head("topic", Read.SERIAL));
    }

    private static Consumer consumer(Random random) {
        return Consumer.newBuilder()
                .setRegion(VALUES.get(random.nextInt(3)))
                .setApp(VALUES.get(random.nextInt(5)))
                .setCluster(VALUES.get(random.nextInt(6)))
                .setInstance("i-" + random.nextInt(10))
                .build();
    }
}
