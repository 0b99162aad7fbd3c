package io.octavo.server.publish;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.AbortUploadRequest;
import io.octavo.protocol.AbortUploadResponse;
import io.octavo.protocol.AddScopeRequest;
import io.octavo.protocol.BeginUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.ChangeSettingsRequest;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.DeleteTopicRequest;
import io.octavo.protocol.DeleteVersionRequest;
import io.octavo.protocol.GetUptakeRequest;
import io.octavo.protocol.GetUptakeResponse;
import io.octavo.protocol.HoldVersionRequest;
import io.octavo.protocol.LiftQuarantineRequest;
import io.octavo.protocol.PinScopeRequest;
import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.QuarantineVersionRequest;
import io.octavo.protocol.ReleaseHoldRequest;
import io.octavo.protocol.RestoreTopicRequest;
import io.octavo.protocol.RollbackRequest;
import io.octavo.protocol.ScopeMove;
import io.octavo.protocol.UnpinScopeRequest;
import io.octavo.protocol.VersionRecord;
import io.octavo.protocol.WithdrawVersionRequest;
import io.octavo.protocol.Write;
import io.octavo.protocol.WriteResponse;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.consumers.CountedImpact;
import io.octavo.server.security.Identity;
import io.octavo.server.security.Permissions;
import io.octavo.server.topic.AddScope;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.Impact;
import io.octavo.server.topic.LiftQuarantine;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.ReleaseHold;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.RollbackTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnpinScope;
import io.octavo.server.topic.WithdrawVersion;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Publishing and all other writes by gRPC. Publishing is answered by workers; the other calls block for as long as a
 * commit takes. To be served behind {@link Callers}, whose word on who calls it takes.
 */
public final class GrpcPublish extends PublishServiceGrpc.PublishServiceImplBase {
    private final Publisher publisher;
    private final GrpcUploads uploads;
    private final TopicLog log;
    private final TopicCommits commits;
    private final LiveReaders readers;
    private final Executor workers;
    private final PublishConfig config;
    private final Arrivals arrivals;
    private final Function<Throwable, StatusRuntimeException> toGrpc;

    /**
     * @param workers carries out publishes and uploads, which block for as long as the payload takes; bounded, and refuses what is
     *     too much by a {@link java.util.concurrent.RejectedExecutionException}
     * @param toGrpc  maps what a publish throws
     */
    public GrpcPublish(
            Publisher publisher,
            Uploader uploader,
            ExternalObjects objects,
            TopicLog log,
            TopicCommits commits,
            LiveReaders readers,
            Executor workers,
            PublishConfig config,
            Arrivals arrivals,
            Function<Throwable, StatusRuntimeException> toGrpc) {
        this.publisher = publisher;
        this.uploads = new GrpcUploads(uploader, publisher, objects, readers, workers, toGrpc);
        this.log = log;
        this.commits = commits;
        this.readers = readers;
        this.workers = workers;
        this.config = config;
        this.arrivals = arrivals;
        this.toGrpc = toGrpc;
    }

    @Override
    public StreamObserver<PublishRequest> publish(StreamObserver<PublishResponse> responses) {
        ServerCallStreamObserver<PublishResponse> call = (ServerCallStreamObserver<PublishResponse>) responses;
        call.disableAutoRequest();
        String who;
        try {
            who = Callers.who();
        } catch (InvalidField e) {
            call.onError(toGrpc.apply(e));
            return new Refused();
        }
        PublishCall publish =
                new PublishCall(publisher, workers, config.idleTimeout(), arrivals.begin(), toGrpc, call, who);
        call.setOnCancelHandler(publish::cancelled);
        call.request(1);
        return publish;
    }

    @Override
    public void beginUpload(BeginUploadRequest r, StreamObserver<BeginUploadResponse> caller) {
        uploads.begin(r, caller);
    }

    @Override
    public void completeUpload(CompleteUploadRequest r, StreamObserver<PublishResponse> caller) {
        uploads.complete(r, caller);
    }

    @Override
    public void abortUpload(AbortUploadRequest r, StreamObserver<AbortUploadResponse> caller) {
        uploads.abort(r, caller);
    }

    @Override
    public void publishObjects(PublishObjectsRequest r, StreamObserver<PublishResponse> caller) {
        uploads.objects(r, caller);
    }

    @Override
    public void getUptake(GetUptakeRequest r, StreamObserver<GetUptakeResponse> caller) {
        if (r.getVersion() < 1) {
            throw new InvalidField("version", r.getVersion(), "1 or more");
        }
        caller.onNext(readers.uptake(TopicNames.check(r.getTopic()), r.getVersion()));
        caller.onCompleted();
    }

    @Override
    public void addScope(AddScopeRequest r, StreamObserver<WriteResponse> caller) {
        Identity who = Identity.current();
        if (who != null) {
            VersionRecord version = log.version(r.getWrite().getTopic(), r.getVersion(), Read.LOCAL);
            String madeBy = version == null ? "" : version.getBy();
            Permissions.requireAddScope(who, r.getWrite().getTopic(), List.of(r.getScope()), madeBy);
        }
        answer(
                r.getWrite(),
                new AddScope(r.getVersion(), r.getScope(), null, r.getWrite().getReason()),
                caller);
    }

    @Override
    public void withdrawVersion(WithdrawVersionRequest r, StreamObserver<WriteResponse> caller) {
        answer(
                r.getWrite(),
                new WithdrawVersion(r.getVersion(), r.getScope(), r.getWrite().getReason()),
                caller);
    }

    @Override
    public void pinScope(PinScopeRequest r, StreamObserver<WriteResponse> caller) {
        answer(
                r.getWrite(),
                new PinScope(r.getScope(), r.getVersion(), r.getWrite().getReason(), r.getExpiresAtMs()),
                caller);
    }

    @Override
    public void unpinScope(UnpinScopeRequest r, StreamObserver<WriteResponse> caller) {
        answer(r.getWrite(), new UnpinScope(r.getScope(), r.getWrite().getReason()), caller);
    }

    @Override
    public void quarantineVersion(QuarantineVersionRequest r, StreamObserver<WriteResponse> caller) {
        QuarantineVersion command =
                new QuarantineVersion(r.getVersion(), r.getWrite().getReason());
        if (!r.getForce()) {
            readers.requireVersionsLeft(r.getWrite().getTopic(), command, Callers.who());
        }
        answer(r.getWrite(), command, caller);
    }

    @Override
    public void liftQuarantine(LiftQuarantineRequest r, StreamObserver<WriteResponse> caller) {
        answer(r.getWrite(), new LiftQuarantine(r.getVersion(), r.getWrite().getReason()), caller);
    }

    @Override
    public void holdVersion(HoldVersionRequest r, StreamObserver<WriteResponse> caller) {
        answer(
                r.getWrite(),
                new HoldVersion(
                        r.getVersion(),
                        r.getHolder().isEmpty() ? null : r.getHolder(),
                        r.getWrite().getReason(),
                        r.getExpiresAtMs()),
                caller);
    }

    @Override
    public void releaseHold(ReleaseHoldRequest r, StreamObserver<WriteResponse> caller) {
        answer(
                r.getWrite(),
                new ReleaseHold(
                        r.getVersion(),
                        r.getHolder().isEmpty() ? Callers.who() : r.getHolder(),
                        r.getWrite().getReason()),
                caller);
    }

    @Override
    public void rollback(RollbackRequest r, StreamObserver<WriteResponse> caller) {
        answer(
                r.getWrite(),
                new RollbackTopic(
                        r.hasScope() ? r.getScope() : null,
                        r.getTo() == 0 ? null : (Long) r.getTo(),
                        r.getWrite().getReason(),
                        r.getKeep()),
                caller);
    }

    @Override
    public void changeSettings(ChangeSettingsRequest r, StreamObserver<WriteResponse> caller) {
        answer(r.getWrite(), SettingsChange.of(r), caller);
    }

    @Override
    public void deleteTopic(DeleteTopicRequest r, StreamObserver<WriteResponse> caller) {
        answer(
                r.getWrite(),
                new DeleteTopic(r.getExpectedRevision(), r.getWrite().getReason()),
                caller);
    }

    @Override
    public void deleteVersion(DeleteVersionRequest r, StreamObserver<WriteResponse> caller) {
        answer(r.getWrite(), new DeleteVersion(r.getVersion(), r.getWrite().getReason()), caller);
    }

    @Override
    public void restoreTopic(RestoreTopicRequest r, StreamObserver<WriteResponse> caller) {
        answer(r.getWrite(), new RestoreTopic(r.getWrite().getReason()), caller);
    }

    private void answer(Write write, Command command, StreamObserver<WriteResponse> caller) {
        String key = write.getIdempotencyKey().isEmpty() ? null : write.getIdempotencyKey();
        Committed done = write.getDryRun()
                ? commits.dryRun(write.getTopic(), command, Callers.who())
                : commits.commit(write.getTopic(), command, Callers.who(), key);
        WriteResponse.Builder answer = WriteResponse.newBuilder()
                .setTopic(write.getTopic())
                .setRevision(done.revision())
                .setReplayed(done.effect() == Effect.REPLAYED)
                .setDryRun(done.effect() == Effect.DRY_RUN);
        CountedImpact impact = readers.count(done);
        answer.setInstancesAtLeast(impact.isAtLeast()).addAllImpact(moves(impact));
        String undo = UndoCommand.of(command, done);
        if (undo != null) {
            answer.setUndo(undo);
        }
        if (done.version() != null) {
            answer.setRecord(done.version());
        }
        caller.onNext(answer.build());
        caller.onCompleted();
    }

    static List<ScopeMove> moves(CountedImpact impact) {
        return impact.moves().stream().map(GrpcPublish::move).toList();
    }

    private static ScopeMove move(CountedImpact.Move counted) {
        Impact impact = counted.impact();
        Integer bound = impact.bound();
        ScopeMove.Builder move = ScopeMove.newBuilder()
                .setScope(impact.scope())
                .setFrom(impact.from())
                .setTo(impact.to())
                .setShareBound(bound == null ? 0 : bound);
        Long instances = counted.instances();
        return (instances == null ? move : move.setInstances(instances)).build();
    }

    /** Takes what is still on its way of a call that was refused at once. */
    private static final class Refused implements StreamObserver<PublishRequest> {
        @Override
        public void onNext(PublishRequest request) {}

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {}
    }
}
