package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.TestCommits;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.Latest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@code latest} knows of a topic what its head says: it is told the same by nodes of either role. */
class LatestOfBothRolesTest {
    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5));

    @Test
    void aHeadInMemoryIsThatOfTheLogAlsoOfTopicsThatAreDeletedOrUnknown() {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int topic = 0; topic < 50; topic++) {
            change("topic-" + topic, random);
        }
        HeadCache cache = new HeadCache(InstantSource.system());
        log.forEachHead(cache::put);
        cache.loaded();
        Latest ofSubscribeNodes = cache::loadedHead;
        Latest ofPublishNodes = Latest.of(log);

        assertThat(ofSubscribeNodes.head("unknown")).isNull();
        assertThat(ofPublishNodes.head("unknown")).isNull();
        for (int topic = 0; topic < 50; topic++) {
            assertThat(ofSubscribeNodes.head("topic-" + topic))
                    .as("octavo.seed=%s, topic %s", seed, topic)
                    .isNotNull()
                    .isEqualTo(ofPublishNodes.head("topic-" + topic));
        }
    }

    private void change(String topic, Random random) {
        RandomCommands commands = new RandomCommands(random);
        commits.commit(topic, commands.publish(List.of(Scopes.GLOBAL)), "tester", null);
        for (int i = random.nextInt(30); i > 0; i--) {
            var head = log.head(topic, Read.SERIAL);
            try {
                commits.commit(topic, commands.next(i, 30 - i), "tester", null);
            } catch (ServiceException | InvalidField refused) {
                assertThat(log.head(topic, Read.SERIAL)).isEqualTo(head);
            }
        }
    }
}
