package io.octavo.server.publish;

import static io.octavo.server.publish.PublishStream.chunk;
import static io.octavo.server.publish.PublishStream.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.FieldMask;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.octavo.protocol.ChangeSettingsRequest;
import io.octavo.protocol.GetUptakeRequest;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Settings;
import io.octavo.protocol.Validation;
import io.octavo.protocol.Write;
import io.octavo.rules.Digests;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is made of a publish by gRPC, and what is answered. */
class GrpcPublishTest {
    private final PublishingNode node = new PublishingNode();
    private final InMemoryTopicLog log = node.log;
    private final MemoryPayloads payloads = node.payloads;
    private final AtomicInteger looks = node.looks;

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void aVersionIsMadeOfHeaderAndChunks() throws Exception {
        PublishStream call = node.call();
        call.send(header(PublishHeader.newBuilder()
                .setTopic("prices")
                .addScopes(Scope.newBuilder().setRegion("eu"))
                .putMetadata("k", "v")
                .setContentType("text/plain")
                .setExpectedVersion(0)
                .setSize(6)
                .setSha256(ByteString.copyFrom(Digests.sha256("onetwo".getBytes(UTF_8))))
                .build()));
        call.send(chunk("one"));
        call.send(chunk(""));
        call.send(chunk("two"));
        PublishResponse response = call.end();

        assertThat(response.getTopic()).isEqualTo("prices");
        assertThat(response.getReplayed()).isFalse();
        assertThat(response.getRevision()).isEqualTo(1);
        assertThat(response.getRecord().getVersion()).isEqualTo(1);
        assertThat(response.getRecord().getParts(0).getSize()).isEqualTo(6);
        assertThat(response.getRecord().getMetadataMap()).containsEntry("k", "v");
        assertThat(response.getRecord().getBy()).startsWith("unverified:anonymous@");
    }

    @Test
    void aPayloadThatFailsItsChecksIsRefusedWithItsPlaces() throws Exception {
        Validation checks = Validation.newBuilder()
                .setFormat(Validation.Format.JSON_LINES)
                .setSchema("{\"type\":\"integer\"}")
                .build();
        PublishServiceGrpc.newBlockingStub(node.channel())
                .changeSettings(ChangeSettingsRequest.newBuilder()
                        .setWrite(Write.newBuilder().setTopic("prices"))
                        .setSettings(Settings.newBuilder().setValidation(checks))
                        .setFields(FieldMask.newBuilder().addPaths("validation"))
                        .build());
        PublishStream call = node.call();
        call.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        call.send(chunk("1\n\"a\"\n\"b\"\n"));
        call.requests().onCompleted();

        com.google.rpc.Status refusal = StatusProto.fromThrowable(call.failure());
        assertThat(refusal.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
        assertThat(refusal.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo("VALIDATION_FAILED");
        assertThat(refusal.getDetails(1).unpack(BadRequest.class).getFieldViolationsList().stream()
                        .map(FieldViolation::getField))
                .containsExactly("payload line 2#", "payload line 3#");
        assertThat(payloads.left()).isZero();
    }

    @Test
    void aRepetitionIsToldAndWhoAsksIsKept() throws Exception {
        for (boolean again : new boolean[] {false, true}) {
            PublishStream call = node.call("ada@host");
            call.send(header(PublishHeader.newBuilder()
                    .setTopic("prices")
                    .setIdempotencyKey("k")
                    .build()));
            call.send(chunk("one"));
            PublishResponse response = call.end();
            assertThat(response.getReplayed()).isEqualTo(again);
            assertThat(response.getRecord().getBy()).isEqualTo("unverified:ada@host");
        }
        assertThat(payloads.stored()).isEqualTo(1);
    }

    @Test
    void aHoldIsSetAndTheAnswerNamesTheCommandThatTakesItBack() throws Exception {
        PublishStream call = node.call();
        call.send(header(PublishHeader.newBuilder()
                .setTopic("prices")
                .setHold("the audit")
                .build()));
        call.send(chunk("one"));
        PublishResponse response = call.end();
        assertThat(requireNonNull(log.head("prices", Read.SERIAL)).getHolds(0).getReason())
                .isEqualTo("the audit");
        assertThat(response.getUndo()).startsWith("octavo ").contains("prices");
        assertThat(response.getUnchanged()).isFalse();
    }

    @Test
    void nothingIsMadeOfWhatHasNotChanged() throws Exception {
        for (boolean again : new boolean[] {false, true}) {
            PublishStream call = node.call();
            call.send(header(PublishHeader.newBuilder()
                    .setTopic("prices")
                    .setIfChanged(true)
                    .build()));
            call.send(chunk("one"));
            PublishResponse response = call.end();
            assertThat(response.getUnchanged()).isEqualTo(again);
            assertThat(response.getRecord().getVersion()).isEqualTo(1);
        }
        assertThat(payloads.left()).isEqualTo(1);
    }

    @Test
    void objectsThatAreThereBecomeAVersionAndARepetitionIsKnown() {
        PublishObjectsRequest request = objects(1).build();
        PublishResponse made = node.stub().publishObjects(request);
        assertThat(made.getRecord().getParts(0).getExternal().getLocations(0).getKey())
                .isEqualTo("a/0");
        assertThat(made.getReplayed()).isFalse();
        assertThat(node.stub().publishObjects(request).getReplayed()).isTrue();
        assertThat(looks).hasValue(1);
    }

    @Test
    void objectsAreRefusedWithoutPlacesOrWithoutTheirDigest() {
        assertThatThrownBy(() -> node.stub().publishObjects(objects(0).build()))
                .hasMessageContaining("locations: 0 entries");
        assertThatThrownBy(() -> node.stub().publishObjects(objects(17).build()))
                .hasMessageContaining("locations: 17 entries");
        PublishObjectsRequest.Builder noDigest = objects(1);
        noDigest.getHeaderBuilder().clearSha256();
        assertThatThrownBy(() -> node.stub().publishObjects(noDigest.build())).hasMessageContaining("sha256: none");
        assertThat(looks).hasValue(0);
    }

    @Test
    void theUptakeIsOfAVersion() {
        GetUptakeRequest request = GetUptakeRequest.newBuilder().setTopic("t").build();
        assertThatThrownBy(() -> node.stub().getUptake(request)).hasMessageContaining("version: 0");
        assertThat(node.stub()
                        .getUptake(request.toBuilder().setVersion(1).build())
                        .getInstances())
                .isZero();
    }

    private static PublishObjectsRequest.Builder objects(int locations) {
        PublishObjectsRequest.Builder request = PublishObjectsRequest.newBuilder()
                .setHeader(PublishHeader.newBuilder()
                        .setTopic("models")
                        .setIdempotencyKey("k")
                        .setSize(5)
                        .setSha256(ByteString.copyFrom(Digests.sha256("there".getBytes(UTF_8)))));
        for (int i = 0; i < locations; i++) {
            request.addLocations(
                    S3Location.newBuilder().setRegion("eu").setBucket("b").setKey("a/" + i));
        }
        return request;
    }
}
