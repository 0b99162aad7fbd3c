package io.octavo.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.octavo.client.Deserializer;
import io.octavo.client.Deserializers;
import io.octavo.client.Fallback;
import io.octavo.client.OctavoClient;
import io.octavo.client.Source;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Digests;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A new process with the Java client whom no node answers: all it has are the regions' buckets. */
final class FallbackReader implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Consumer SELF = Consumer.newBuilder()
            .setRegion("eu")
            .setApp("recs")
            .setCluster("blue")
            .setInstance("host-0")
            .build();
    private static final Deserializer<ByteString> DIGEST =
            payload -> ByteString.copyFrom(Digests.sha256(Deserializers.bytes().deserialize(payload)));

    private final OctavoClient client;

    FallbackReader(Fallback... regions) {
        client = OctavoClient.builder()
                .subscribeEndpoints(List.of("127.0.0.1:" + RealNode.freePort()))
                .region(SELF.getRegion())
                .app(SELF.getApp())
                .cluster(SELF.getCluster())
                .instance(SELF.getInstance())
                .requestTimeout(Duration.ofSeconds(3))
                .fallbackAfter(Duration.ZERO)
                .fallback(regions)
                .build();
    }

    /**
     * Follows topics, and fails unless it runs of each what the log says.
     *
     * @return of how many it runs something
     */
    int assertRunsWhatTheLogSays(TopicLog log, List<String> topics, String description) {
        Map<TopicHead, Subscription<ByteString>> followed = new LinkedHashMap<>();
        for (String topic : topics) {
            TopicHead head = log.head(topic, Read.SERIAL);
            if (head != null) {
                followed.put(head, client.subscription(topic, DIGEST).optional().start());
            }
        }
        int running = 0;
        for (Map.Entry<TopicHead, Subscription<ByteString>> one : followed.entrySet()) {
            TopicHead head = one.getKey();
            long version = Resolution.of(head, SELF).version();
            await(description + ": " + head.getTopic() + " by its fallback cache alone")
                    .atMost(BOUND)
                    .untilAsserted(() -> assertRuns(one.getValue(), head, version));
            running += version > 0 ? 1 : 0;
        }
        return running;
    }

    private static void assertRuns(Subscription<ByteString> subscription, TopicHead head, long version) {
        SubscriptionState state = subscription.state();
        assertThat(state.version()).as("%s", state).isEqualTo(version);
        assertThat(state.phase()).as("%s", state).isEqualTo(version == 0 ? Phase.UNRESOLVED : Phase.RUNNING);
        if (version > 0) {
            assertThat(subscription.current().source()).isEqualTo(Source.FALLBACK);
            assertThat(subscription.get())
                    .isEqualTo(requireNonNull(Heads.record(head, version))
                            .getParts(0)
                            .getSha256());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
