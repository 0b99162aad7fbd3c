package io.octavo.server.publish;

import static io.octavo.server.publish.PublishStream.chunk;
import static io.octavo.server.publish.PublishStream.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.Scope;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stream of a publish: its pace, its end, and what ends it early. */
class PublishStreamsTest {
    private final PublishingNode node = new PublishingNode();
    private final Arrivals arrivals = node.arrivals;
    private final InMemoryTopicLog log = node.log;
    private final MemoryPayloads payloads = node.payloads;
    private final PublishingNode.WatchedIntake intake = node.intake;

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void aPayloadOfAnySizeIsTakenAtThePaceOfTheStore() throws Exception {
        PublishStream call = node.call();
        call.send(header(PublishHeader.newBuilder().setTopic("large").build()));
        byte[] chunk = new byte[256 << 10];
        for (int i = 0; i < 40; i++) {
            call.send(PublishRequest.newBuilder()
                    .setChunk(ByteString.copyFrom(chunk))
                    .build());
        }
        assertThat(call.end().getRecord().getParts(0).getSize()).isEqualTo(40L * chunk.length);
    }

    @Test
    void aStreamThatBreaksLeavesNothingBehind() throws Exception {
        PublishStream call = node.call();
        call.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        call.send(chunk("one"));
        assertThat(intake.beginnings.poll(10, TimeUnit.SECONDS)).isEqualTo("prices");
        call.requests().cancel("going", null);

        assertThat(intake.endings.poll(10, TimeUnit.SECONDS)).isEqualTo("payload: broke off (expected: all its bytes)");
        assertThat(payloads.left()).isZero();
        assertThat(log.head("prices", Read.SERIAL)).isNull();
    }

    @Test
    void streamsThatTrickleAreGivenUpAndTheirPlacesAreFreeAgain() throws Exception {
        try (PublishingNode patient = new PublishingNode(Duration.ofSeconds(10))) {
            PublishStream one = patient.call();
            PublishStream other = patient.call();
            for (PublishStream call : List.of(one, other)) {
                call.send(header(PublishHeader.newBuilder().setTopic("slow").build()));
            }
            while (!one.isAnswered() || !other.isAnswered()) {
                one.trickle();
                other.trickle();
            }
            for (PublishStream call : List.of(one, other)) {
                assertThat(call.failure().getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
                assertThat(call.failure()).hasMessageContaining("bytes in PT4S (expected: all its bytes in that time)");
            }
            assertThat(patient.payloads.left()).isZero();
            assertThat(patient.log.head("slow", Read.SERIAL)).isNull();

            PublishStream next = patient.call();
            next.send(header(PublishHeader.newBuilder().setTopic("slow").build()));
            assertThat(next.end().getRecord().getVersion()).isEqualTo(1);
        }
    }

    @Test
    void aStreamThatStandsStillWhenTheNodeStopsIsToldToComeAgain() throws Exception {
        PublishStream call = node.call();
        call.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        call.send(chunk("one"));
        assertThat(intake.beginnings.poll(10, TimeUnit.SECONDS)).isEqualTo("prices");
        arrivals.end();

        assertThat(call.failure().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(call.failure()).hasMessageContaining("this node is stopping");
        assertThat(payloads.left()).isZero();
    }

    @Test
    void aStreamThatStandsStillIsGivenUp() throws Exception {
        PublishStream call = node.call();
        call.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        call.send(chunk("one"));

        assertThat(call.failure().getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(call.failure()).message().containsPattern("body: nothing for [0-9]{4,} ms after 3 bytes");
        assertThat(payloads.left()).isZero();
    }

    @Test
    void badInputIsRefusedByName() throws Exception {
        assertInvalid(chunk("no header"), "content");
        assertInvalid(header(PublishHeader.newBuilder().setTopic("Not A Name").build()), "topic");
        assertInvalid(
                header(PublishHeader.newBuilder()
                        .setTopic("prices")
                        .addScopes(Scope.newBuilder().setRegion("a,b"))
                        .build()),
                "scope.region");
        assertInvalid(
                header(PublishHeader.newBuilder()
                        .setTopic("prices")
                        .setExpectedVersion(-1)
                        .build()),
                "expectedVersion");
        PublishStream none = node.call();
        none.requests().onCompleted();
        assertThat(none.failure()).hasMessageContaining("header: none");
        // Control characters do not even leave the caller; what is too long does.
        PublishStream nobody = node.call("x".repeat(201));
        assertThat(nobody.failure()).hasMessageContaining("Octavo-Who");
        assertThat(payloads.stored()).isZero();
    }

    @Test
    void onlyChunksOfABoundedSizeMayFollowTheHeader() throws Exception {
        PublishStream twice = node.call();
        twice.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        twice.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        assertThat(twice.failure()).hasMessageContaining("content: HEADER");

        PublishStream large = node.call();
        large.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        large.send(PublishRequest.newBuilder()
                .setChunk(ByteString.copyFrom(new byte[(1 << 20) + 1]))
                .build());
        assertThat(large.failure()).hasMessageContaining("chunk: 1048577 bytes");
    }

    @Test
    void morePublishesThanWorkersAreToldToComeBack() throws Exception {
        PublishStream first = node.call();
        first.send(header(PublishHeader.newBuilder().setTopic("one").build()));
        assertThat(intake.beginnings.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        PublishStream second = node.call();
        second.send(header(PublishHeader.newBuilder().setTopic("two").build()));
        assertThat(intake.beginnings.poll(10, TimeUnit.SECONDS)).isEqualTo("two");
        PublishStream third = node.call();
        third.send(header(PublishHeader.newBuilder().setTopic("three").build()));

        assertThat(third.failure().getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        first.end();
        second.end();
    }

    private void assertInvalid(PublishRequest first, String field) throws Exception {
        PublishStream call = node.call();
        call.send(first);
        assertThat(call.failure().getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(call.failure()).hasMessageContaining(field + ": ");
    }
}
