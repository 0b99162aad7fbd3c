package io.octavo.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.octavo.client.OctavoException;
import io.octavo.rules.ErrorCode;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.DeleteTopic;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What keeps tests from harming a server that is not theirs alone. */
@Timeout(60)
class RunningServerTest {
    private final RestFront front = new RestFront();

    RunningServerTest() throws IOException {}

    @AfterEach
    void close() {
        front.close();
    }

    @Test
    void whatATestDoesIsDoneByRestInItsName() {
        try (OctavoTestServer server = OctavoTestServer.at(front.address())) {
            assertThat(server.address()).isEqualTo(front.node.endpoint());
            long one = server.publish("prices", "one");
            long two = server.publish("prices", "two");
            assertThat(two).isEqualTo(one + 1);
            server.pin("prices", "region=eu,app=shop", one);
            server.unpin("prices", "region=eu,app=shop");
            server.quarantine("prices", two);
            server.liftQuarantine("prices", two);
            server.rollback("prices");
            server.liftQuarantine("prices", two);
            server.unpin("prices", "*");
            server.rollback("prices", "region=eu", one);
            assertThat(front.calls)
                    .contains("PUT /topics/prices by octavo-test", "POST /topics/prices/rollback by octavo-test");
        }
    }

    @Test
    void topicsThatATestMadeAreDeletedAfterItAndNoOthers() {
        front.commit("mine", settings());
        try (OctavoTestServer server = OctavoTestServer.at(front.address())) {
            server.publish("published", "one");
            server.claim("claimed", "claimed");
            assertThat(front.isThere("published")).isTrue();
            assertThat(front.isThere("claimed")).isTrue();
        }
        assertThat(front.isThere("published")).isFalse();
        assertThat(front.isThere("claimed")).isFalse();
        assertThat(front.isThere("mine")).isTrue();
    }

    @Test
    void theNameOfATopicThatATestLeftCanBeUsedAgainAndNumbersGoOn() {
        long before;
        try (OctavoTestServer server = OctavoTestServer.at(front.address())) {
            before = server.publish("prices", "one");
        }
        try (OctavoTestServer server = OctavoTestServer.at(front.address())) {
            assertThat(server.publish("prices", "one")).isEqualTo(before + 1);
        }
    }

    @Test
    void aTopicThatIsThereIsRefusedAndStaysAsItWas() {
        front.commit("mine", settings());
        long revision = front.revision("mine");
        try (OctavoTestServer server = OctavoTestServer.at(front.address())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.publish("mine", "one"))
                    .withMessageStartingWith("topic: mine (expected: one that ")
                    .withMessageContaining("octavo delete mine");
            assertThatIllegalArgumentException().isThrownBy(() -> server.claim("mine"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.rollback("mine"))
                    .withMessageStartingWith("topic: mine");
        }
        assertThat(front.revision("mine")).isEqualTo(revision);
    }

    @Test
    void oneOfTwoTestsHasATopic() {
        try (OctavoTestServer server = OctavoTestServer.at(front.address());
                OctavoTestServer other = OctavoTestServer.at(front.address())) {
            server.claim("prices");
            assertThatIllegalArgumentException().isThrownBy(() -> other.claim("prices"));
        }
    }

    @Test
    void aTopicThatOthersDeletedIsGoneAsItShouldBe() {
        try (OctavoTestServer server = OctavoTestServer.at(front.address())) {
            server.claim("prices");
            front.commit("prices", new DeleteTopic(front.revision("prices"), "it was in the way"));
        }
        assertThat(front.isThere("prices")).isFalse();
    }

    @Test
    void aServerThatIsNotTheTestsAloneStaysUpAndItsBytesRight() {
        try (OctavoTestServer server = OctavoTestServer.at(front.address())) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(server::stop)
                    .withMessageContaining("stop: not on http://127.0.0.1:");
            assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(server::restart);
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> server.corrupt("prices", 1));
        }
    }

    @Test
    void whereNoServerIsItIsSaidAtOnce() {
        URI address = URI.create("http://127.0.0.1:1");
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> OctavoTestServer.at(address))
                .withMessageContaining(address.toString())
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void theEnvironmentSaysWhichServer() {
        try (OctavoTestServer running =
                        OctavoExtension.where(front.address().toString()).get();
                OctavoTestServer memory = OctavoExtension.where("").get();
                OctavoTestServer unsaid = OctavoExtension.where(null).get()) {
            assertThat(running).isInstanceOf(RunningServer.class);
            assertThat(memory).isInstanceOf(MemoryServer.class);
            assertThat(unsaid).isInstanceOf(MemoryServer.class);
        }
    }

    private static ChangeSettings settings() {
        return new ChangeSettings(
                settings -> settings.toBuilder().setOwner("somebody").build(), "owner", null);
    }
}
