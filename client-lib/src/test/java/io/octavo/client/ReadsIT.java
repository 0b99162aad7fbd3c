package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.octavo.client.Version.State;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.rules.ErrorCode;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadsIT {
    private final TestServer server = new TestServer().start();
    private final OctavoClient client =
            QuickClients.build(server.client().region("eu").app("recs"));
    private final Reads reads = client.reads();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void aVersionIsReadByItsNumber() {
        server.topics.publish("prices", new byte[5], Map.of("k", "v"));
        server.topics.quarantine("prices", 1);
        Version version = reads.version("prices", 1);
        assertThat(version.version()).isEqualTo(1);
        assertThat(version.size()).isEqualTo(5);
        assertThat(version.sha256()).hasSize(64);
        assertThat(version.metadata()).containsEntry("k", "v");
        assertThat(version.publishedAt()).isEqualTo(Instant.ofEpochMilli(1_000_000));
        assertThat(version.state()).isEqualTo(State.QUARANTINED);
        OctavoException e = catchThrowableOfType(OctavoException.class, () -> reads.version("prices", 2));
        assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void theLatestIsThatOfThisProcessOrOfWhomItIsAskedFor() {
        server.topics.publish("prices", "one");
        Version latest = reads.latest("prices");
        assertThat(latest.version()).isEqualTo(1);
        assertThat(latest.state()).isEqualTo(State.PUBLISHED);
        assertThat(latest.scopes()).containsExactly("*");
        GetLatestRequest own = server.latests.remove();
        assertThat(own.getConsumer().getRegion()).isEqualTo("eu");
        assertThat(own.getConsumer().getInstance()).isEqualTo("test");
        assertThat(own.getStrict()).isFalse();

        reads.as("region=us,app=ads", "i7")
                .strict()
                .minRevision(1)
                .ignoringPins()
                .latest("prices");
        GetLatestRequest other = server.latests.remove();
        assertThat(other.getConsumer().getRegion()).isEqualTo("us");
        assertThat(other.getConsumer().getApp()).isEqualTo("ads");
        assertThat(other.getConsumer().getInstance()).isEqualTo("i7");
        assertThat(other.getStrict()).isTrue();
        assertThat(other.getMinRevision()).isEqualTo(1);
        assertThat(other.getIgnorePins()).isTrue();

        reads.at(Instant.ofEpochMilli(77)).latest("prices");
        assertThat(server.latests.remove().getAtMs()).isEqualTo(77);
    }

    @Test
    void metadataThatTheHeadHasNoRoomForIsReadBesides() {
        server.topics.publish("prices", new byte[5], Map.of("k", "v"));
        server.topics.omitMetadata("prices");
        assertThat(reads.latest("prices").metadata()).containsEntry("k", "v");
    }

    @Test
    void whatIsForNobodyIsNotFound() {
        OctavoException e = catchThrowableOfType(OctavoException.class, () -> reads.latest("none"));
        assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
        assertThatIllegalArgumentException().isThrownBy(() -> reads.latest("Not A Topic"));
        assertThatIllegalArgumentException().isThrownBy(() -> reads.minRevision(0));
        assertThatIllegalArgumentException().isThrownBy(() -> reads.as("", ""));
    }

    @Test
    void historyIsReadAPageAtATimeAsFarAsItIsWanted() {
        for (int i = 0; i < 8; i++) {
            server.topics.publish("prices", "v" + i);
        }
        try (Stream<Version> all = reads.history("prices")) {
            assertThat(all.map(Version::version)).containsExactly(8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
        }
        assertThat(server.lists).hasValue(3);
        assertThat(reads.history("prices").limit(2).count()).isEqualTo(2);
        assertThat(server.lists).hasValue(4);
    }

    @Test
    void aServiceThatKeepsFailingIsNotAskedForAMomentAndThatIsSaid() throws Exception {
        server.topics.publish("prices", "one");
        for (int i = 0; i < 20; i++) {
            OctavoException unknown = catchThrowableOfType(OctavoException.class, () -> reads.version("prices", 2));
            assertThat(unknown.code()).as("a no is an answer").isEqualTo(ErrorCode.NOT_FOUND);
        }
        assertThat(reads.latest("prices").version()).isEqualTo(1);
        server.stop();
        for (int i = 0; i < 5; i++) {
            assertThat(catchThrowableOfType(OctavoException.class, () -> reads.latest("prices")))
                    .message()
                    .doesNotContain("not asked");
        }
        server.start();
        OctavoException e = catchThrowableOfType(OctavoException.class, () -> reads.latest("prices"));
        assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(e.retryAfter()).isEqualTo(Breakers.REST);
        assertThat(e)
                .hasMessageContaining(
                        "not asked for a moment, for the service failed repeatedly: read the latest version");
    }

    @Test
    void aNodeThatIsAwayForAMomentIsAskedAgain() throws Exception {
        server.topics.publish("prices", "one");
        assertThat(reads.latest("prices").version()).isEqualTo(1);
        server.stop();
        OctavoException e = catchThrowableOfType(OctavoException.class, () -> reads.latest("prices"));
        assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        server.start();
        assertThat(reads.latest("prices").version()).isEqualTo(1);
    }
}
