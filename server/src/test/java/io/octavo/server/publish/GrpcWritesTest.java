package io.octavo.server.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.FieldMask;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.AddScopeRequest;
import io.octavo.protocol.ChangeSettingsRequest;
import io.octavo.protocol.DeleteTopicRequest;
import io.octavo.protocol.DeleteVersionRequest;
import io.octavo.protocol.HoldVersionRequest;
import io.octavo.protocol.LiftQuarantineRequest;
import io.octavo.protocol.PinScopeRequest;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.PublishServiceGrpc.PublishServiceBlockingStub;
import io.octavo.protocol.QuarantineVersionRequest;
import io.octavo.protocol.ReleaseHoldRequest;
import io.octavo.protocol.RestoreTopicRequest;
import io.octavo.protocol.RollbackRequest;
import io.octavo.protocol.RunState;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UnpinScopeRequest;
import io.octavo.protocol.WithdrawVersionRequest;
import io.octavo.protocol.Write;
import io.octavo.protocol.WriteResponse;
import io.octavo.server.consumers.Fleet;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.payload.TestUploads;
import io.octavo.server.subscribe.TestConsumers;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class GrpcWritesTest {
    private static final Scope EU = Scope.newBuilder().setRegion("eu").build();
    private static final PublishConfig CONFIG = new PublishConfig(8, Duration.ofSeconds(1));

    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final TestConsumers consumers = new TestConsumers(log::forEachHead);
    private @Nullable GrpcFixture fixture;

    @BeforeEach
    void aTopicOfTwoVersions() throws IOException {
        TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5));
        Publisher publisher =
                new Publisher(log, commits, new MemoryPayloads(), CONFIG, new TopicsConfig(true), TestChecks.CHECKS);
        ArrivalConfig anyPace =
                new ArrivalConfig(DataSize.ofBytes(0), Duration.ofSeconds(30), Duration.ZERO, Duration.ofHours(1));
        Arrivals arrivals = new Arrivals(anyPace, System::nanoTime);
        LiveReaders readers =
                new LiveReaders(commits, new Fleet(consumers, List::of, () -> 1, new SimpleMeterRegistry()));
        InstantSource clock = InstantSource.system();
        Uploader uploader = new Uploader(publisher, log, new TestUploads(clock).node(), clock);
        GrpcPublish service = new GrpcPublish(
                publisher,
                uploader,
                ExternalObjects.NONE,
                log,
                commits,
                readers,
                Runnable::run,
                CONFIG,
                arrivals,
                new GrpcErrors(() -> "id")::status);
        BindableService behindCallers = () -> ServerInterceptors.intercept(service, new Callers(Set.of()));
        fixture = GrpcFixture.of(List.of(behindCallers), Set.of());
        for (String payload : List.of("one", "two")) {
            publisher.publish(Orders.of("prices").order(), new ByteArrayInputStream(payload.getBytes(UTF_8)));
        }
    }

    @AfterEach
    void stop() {
        requireNonNull(fixture).close();
    }

    @Test
    void pinsComeAndGo() {
        WriteResponse pinned = stub().pinScope(PinScopeRequest.newBuilder()
                .setWrite(write("calm"))
                .setVersion(1)
                .setScope(EU)
                .build());
        assertThat(pinned.getRevision()).isEqualTo(3);
        assertThat(pinned.getImpactList()).singleElement().satisfies(move -> {
            assertThat(move.getScope()).isEqualTo(EU);
            assertThat(move.getFrom()).isEqualTo(2);
            assertThat(move.getTo()).isEqualTo(1);
        });
        assertThat(pinned.getUndo()).isEqualTo("octavo unpin prices --scope 'region=eu' --reason 'undo'");
        assertThat(head().getPins(0).getBy()).startsWith("unverified:anonymous@127.0.0.1");

        WriteResponse unpinned = stub().unpinScope(UnpinScopeRequest.newBuilder()
                .setWrite(write(""))
                .setScope(EU)
                .build());
        assertThat(unpinned.getUndo()).startsWith("octavo pin prices 1");
        assertThat(head().getPinsList()).isEmpty();
    }

    @Test
    void answersTellHowManyInstancesMove() {
        consumers.poll("region=eu", "a", "prices", 2, RunState.APPLIED, "");
        consumers.poll("region=us", "b", "prices", 2, RunState.APPLIED, "");
        WriteResponse pinned = stub().pinScope(PinScopeRequest.newBuilder()
                .setWrite(write("calm"))
                .setVersion(1)
                .setScope(EU)
                .build());
        assertThat(pinned.getImpact(0).getInstances()).isEqualTo(1);
        assertThat(pinned.getInstancesAtLeast()).isFalse();
    }

    @Test
    void aQuarantineThatLeavesLiveInstancesNothingMustBeForced() {
        consumers.poll("region=eu", "a", "prices", 2, RunState.APPLIED, "");
        QuarantineVersionRequest first = QuarantineVersionRequest.newBuilder()
                .setWrite(write("bad"))
                .setVersion(1)
                .build();
        QuarantineVersionRequest second = first.toBuilder().setVersion(2).build();
        stub().quarantineVersion(first);
        StatusRuntimeException refused =
                catchThrowableOfType(StatusRuntimeException.class, () -> stub().quarantineVersion(second));
        assertThat(refused.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.getStatus().getDescription()).contains("1 of *");
        WriteResponse forced =
                stub().quarantineVersion(second.toBuilder().setForce(true).build());
        assertThat(forced.getImpact(0).getTo()).isZero();
        assertThat(forced.getImpact(0).getInstances()).isEqualTo(1);
    }

    @Test
    void scopesAreAddedAndWithdrawn() {
        WriteResponse added = stub().addScope(AddScopeRequest.newBuilder()
                .setWrite(write(""))
                .setVersion(1)
                .setScope(EU)
                .build());
        assertThat(added.getRecord().getPublicationsList()).hasSize(2);
        WriteResponse withdrawn = stub().withdrawVersion(WithdrawVersionRequest.newBuilder()
                .setWrite(write("bad"))
                .setVersion(2)
                .setScope(Scope.getDefaultInstance())
                .build());
        assertThat(withdrawn.getImpact(0).getTo()).isEqualTo(1);
    }

    @Test
    void quarantineHoldsAndTheirEnds() {
        assertThat(stub().quarantineVersion(QuarantineVersionRequest.newBuilder()
                                .setWrite(write("poison"))
                                .setVersion(2)
                                .build())
                        .getRecord()
                        .hasQuarantine())
                .isTrue();
        assertThat(stub().liftQuarantine(LiftQuarantineRequest.newBuilder()
                                .setWrite(write(""))
                                .setVersion(2)
                                .build())
                        .getRecord()
                        .hasQuarantine())
                .isFalse();
        stub().holdVersion(HoldVersionRequest.newBuilder()
                .setWrite(write("audit"))
                .setVersion(1)
                .setHolder("finance")
                .build());
        stub().holdVersion(HoldVersionRequest.newBuilder()
                .setWrite(write("mine"))
                .setVersion(1)
                .build());
        assertThat(head().getHoldsList()).hasSize(2);
        stub().releaseHold(ReleaseHoldRequest.newBuilder()
                .setWrite(write(""))
                .setVersion(1)
                .build());
        assertThat(head().getHoldsList())
                .singleElement()
                .satisfies(hold -> assertThat(hold.getHolder()).isEqualTo("finance"));
    }

    @Test
    void aRollbackIsAskedRepeatedAndRefused() {
        RollbackRequest asked = RollbackRequest.newBuilder()
                .setWrite(write("worse").toBuilder().setDryRun(true))
                .build();
        WriteResponse dry = stub().rollback(asked);
        assertThat(dry.getDryRun()).isTrue();
        assertThat(dry.getRevision()).isEqualTo(2);
        assertThat(head().getPinsList()).isEmpty();

        RollbackRequest wanted = RollbackRequest.newBuilder()
                .setWrite(write("worse").toBuilder().setIdempotencyKey("k"))
                .build();
        WriteResponse done = stub().rollback(wanted);
        assertThat(done.getImpactList()).isEqualTo(dry.getImpactList());
        assertThat(done.getRecord().getVersion()).isEqualTo(2);
        assertThat(done.getRecord().hasQuarantine()).isTrue();
        WriteResponse again = stub().rollback(wanted);
        assertThat(again.getReplayed()).isTrue();
        assertThat(again.getRevision()).isEqualTo(done.getRevision());

        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub().rollback(RollbackRequest.newBuilder()
                        .setWrite(write(""))
                        .setTo(1)
                        .build()));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused).hasMessageContaining("reason");
    }

    @Test
    void settingsAreReplacedOrMergedByName() {
        Settings settings = Settings.newBuilder()
                .setOwner("shop")
                .setDescription("all prices")
                .setRequireScope(true)
                .build();
        stub().changeSettings(ChangeSettingsRequest.newBuilder()
                .setWrite(write(""))
                .setSettings(settings)
                .build());
        assertThat(head().getSettings()).isEqualTo(settings);

        stub().changeSettings(ChangeSettingsRequest.newBuilder()
                .setWrite(write(""))
                .setSettings(Settings.newBuilder().setOwner("web"))
                .setFields(FieldMask.newBuilder().addPaths("owner").addPaths("require_scope"))
                .setExpectedRevision(3)
                .build());
        assertThat(head().getSettings())
                .isEqualTo(settings.toBuilder()
                        .setOwner("web")
                        .setRequireScope(false)
                        .build());

        StatusRuntimeException unknown = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub().changeSettings(ChangeSettingsRequest.newBuilder()
                        .setWrite(write(""))
                        .setFields(FieldMask.newBuilder().addPaths("colour"))
                        .build()));
        assertThat(unknown).hasMessageContaining("fields: colour");
    }

    @Test
    void aTopicIsDeletedAndRestored() {
        StatusRuntimeException stale = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub().deleteTopic(DeleteTopicRequest.newBuilder()
                        .setWrite(write("unused"))
                        .setExpectedRevision(1)
                        .build()));
        assertThat(stale.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        stub().deleteTopic(DeleteTopicRequest.newBuilder()
                .setWrite(write("unused"))
                .setExpectedRevision(2)
                .build());
        assertThat(head().hasDeletion()).isTrue();
        stub().restoreTopic(
                        RestoreTopicRequest.newBuilder().setWrite(write("oops")).build());
        assertThat(head().hasDeletion()).isFalse();
    }

    @Test
    void aVersionThatNothingNamesIsDeletedForEver() {
        stub().deleteVersion(DeleteVersionRequest.newBuilder()
                .setWrite(write("leaked"))
                .setVersion(1)
                .build());
        StatusRuntimeException gone = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub().holdVersion(HoldVersionRequest.newBuilder()
                        .setWrite(write("audit"))
                        .setVersion(1)
                        .build()));
        assertThat(gone.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(gone).hasMessageContaining("leaked");
        StatusRuntimeException inUse = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub().deleteVersion(DeleteVersionRequest.newBuilder()
                        .setWrite(write("leaked"))
                        .setVersion(2)
                        .build()));
        assertThat(inUse.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    @Test
    void aWriteWithoutATopicIsRefused() {
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class, () -> stub().restoreTopic(RestoreTopicRequest.getDefaultInstance()));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused).hasMessageContaining("topic");
    }

    private static Write write(String reason) {
        return Write.newBuilder().setTopic("prices").setReason(reason).build();
    }

    private TopicHead head() {
        return requireNonNull(log.head("prices", Read.SERIAL));
    }

    private PublishServiceBlockingStub stub() {
        return PublishServiceGrpc.newBlockingStub(requireNonNull(fixture).channel());
    }
}
