package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.octavo.client.PayloadStore.Mishap;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.PayloadLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LinkedPayloadIT {
    private static final byte[] BYTES = FollowingIT.random(4_000_000);

    private final TestServer server = new TestServer().start();
    private final PayloadStore near = newStore();
    private final PayloadStore far = newStore();
    private final OctavoClient client = QuickClients.build(server.client());

    @BeforeEach
    void publish() {
        server.topics.publish("data", BYTES, Map.of());
        server.links = List.of(near.link("near"), far.link("far"));
    }

    @AfterEach
    void stop() {
        client.close();
        near.close();
        far.close();
        server.close();
    }

    @Test
    void thePayloadComesFromTheNearestRegion() throws Exception {
        assertThatItArrives();
        assertThat(near.requests).containsExactly("");
        assertThat(far.requests).isEmpty();
    }

    @Test
    void aBrokenConnectionGoesOnInTheNextRegionWhereItEnded() throws Exception {
        near.mishaps.add(Mishap.BROKEN);
        assertThatItArrives();
        assertThat(far.requests).hasSize(1).allMatch(range -> range.matches("bytes=[1-9][0-9]*-"));
    }

    @Test
    void aConnectionInWhichNothingMovesIsGivenUp() throws Exception {
        near.mishaps.add(Mishap.STALLED);
        assertThatItArrives();
        assertThat(far.requests).containsExactly("bytes=2000000-");
    }

    @Test
    void aRegionThatIgnoresRangesStartsAgain() throws Exception {
        near.mishaps.add(Mishap.BROKEN);
        far.mishaps.add(Mishap.WHOLE);
        assertThatItArrives();
    }

    @Test
    void whenAllRegionsFailNewLinksAreAskedFor() throws Exception {
        near.mishaps.addAll(List.of(Mishap.FORBIDDEN, Mishap.FORBIDDEN));
        far.mishaps.addAll(List.of(Mishap.FORBIDDEN, Mishap.FORBIDDEN));
        assertThatItArrives();
        assertThat(server.reads).hasSize(3);
    }

    @Test
    void aFailureNamesTheRegionButNotTheSignedAddress() {
        server.links = List.of(
                PayloadLink.newBuilder()
                        .setRegion("near")
                        .setUrl("http://localhost:1/?signature=secret")
                        .build(),
                PayloadLink.newBuilder().setRegion("far").setUrl("\\secret").build());
        Subscription<Path> subscription =
                client.subscription("data", Deserializers.file()).start();
        await().until(() -> subscription.state().phase() == Phase.FAILED);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessageContaining("region far")
                .withMessageNotContaining("secret");
    }

    @Test
    void aDownloadHasABoundInTime() {
        near.mishaps.addAll(List.of(Mishap.STALLED, Mishap.STALLED));
        far.mishaps.addAll(List.of(Mishap.STALLED, Mishap.STALLED));
        try (OctavoClient hasty =
                server.client().transferTimeout(Duration.ofSeconds(1)).build()) {
            Subscription<Path> subscription =
                    hasty.subscription("data", Deserializers.file()).start();
            await().until(() -> subscription.state().phase() == Phase.FAILED);
            assertThat(subscription.state().error()).hasMessageContaining("not complete within PT1S");
        }
    }

    @Test
    void closingEndsADownload() throws Exception {
        near.mishaps.add(Mishap.STALLED);
        Subscription<Path> subscription =
                client.subscription("data", Deserializers.file()).start();
        assertThat(near.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        subscription.close();
        client.close();
        assertThat(subscription.state().phase()).isEqualTo(Phase.CLOSED);
    }

    private void assertThatItArrives() throws Exception {
        Subscription<Path> subscription =
                client.subscription("data", Deserializers.file()).start();
        Path file = subscription.awaitValue(Duration.ofSeconds(20));
        assertThat(Files.readAllBytes(file)).isEqualTo(BYTES);
    }

    private static PayloadStore newStore() {
        try {
            return new PayloadStore(BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
