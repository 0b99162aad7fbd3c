package io.octavo.server.security;

import io.grpc.MethodDescriptor;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.RollbackRequest;
import io.octavo.protocol.Scope;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.Write;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What each gRPC method needs, by its messages. A method of ours that is not named here is refused. */
final class GrpcRights {
    private static final Map<String, BiConsumer<Identity, Object>> CHECKS = Map.ofEntries(
            of(SubscribeServiceGrpc.getPollMethod(), GrpcRights::poll),
            of(SubscribeServiceGrpc.getGetVersionMethod(), (who, r) -> Permissions.requireRead(who, r.getTopic())),
            of(SubscribeServiceGrpc.getGetLatestMethod(), GrpcRights::latest),
            of(SubscribeServiceGrpc.getListVersionsMethod(), (who, r) -> Permissions.requireRead(who, r.getTopic())),
            of(SubscribeServiceGrpc.getReadPayloadMethod(), (who, r) -> Permissions.requireRead(who, r.getTopic())),
            of(PublishServiceGrpc.getPublishMethod(), GrpcRights::publish),
            of(PublishServiceGrpc.getBeginUploadMethod(), (who, r) -> upload(who, r.getTopic())),
            of(PublishServiceGrpc.getCompleteUploadMethod(), (who, r) -> publish(who, r.getHeader())),
            of(PublishServiceGrpc.getPublishObjectsMethod(), (who, r) -> publish(who, r.getHeader())),
            of(PublishServiceGrpc.getGetUptakeMethod(), (who, r) -> Permissions.requireRead(who, r.getTopic())),
            of(PublishServiceGrpc.getAbortUploadMethod(), (who, r) -> upload(who, r.getTopic())),
            // Who did not make the version must be more: the call itself looks.
            of(
                    PublishServiceGrpc.getAddScopeMethod(),
                    (who, r) -> write(who, Right.ADD_SCOPE, r.getWrite(), r.getScope())),
            of(
                    PublishServiceGrpc.getWithdrawVersionMethod(),
                    (who, r) -> write(who, Right.WITHDRAW, r.getWrite(), r.getScope())),
            of(PublishServiceGrpc.getPinScopeMethod(), (who, r) -> write(who, Right.PIN, r.getWrite(), r.getScope())),
            of(PublishServiceGrpc.getUnpinScopeMethod(), (who, r) -> write(who, Right.PIN, r.getWrite(), r.getScope())),
            of(
                    PublishServiceGrpc.getQuarantineVersionMethod(),
                    (who, r) -> write(who, Right.QUARANTINE, r.getWrite(), Scopes.GLOBAL)),
            of(
                    PublishServiceGrpc.getLiftQuarantineMethod(),
                    (who, r) -> write(who, Right.QUARANTINE, r.getWrite(), Scopes.GLOBAL)),
            of(
                    PublishServiceGrpc.getHoldVersionMethod(),
                    (who, r) -> write(who, Right.HOLD, r.getWrite(), Scopes.GLOBAL)),
            of(
                    PublishServiceGrpc.getReleaseHoldMethod(),
                    (who, r) -> write(who, Right.HOLD, r.getWrite(), Scopes.GLOBAL)),
            of(PublishServiceGrpc.getRollbackMethod(), GrpcRights::rollback),
            of(
                    PublishServiceGrpc.getChangeSettingsMethod(),
                    (who, r) -> write(who, Right.CHANGE_SETTINGS, r.getWrite(), Scopes.GLOBAL)),
            of(
                    PublishServiceGrpc.getDeleteTopicMethod(),
                    (who, r) -> write(who, Right.DELETE, r.getWrite(), Scopes.GLOBAL)),
            of(
                    PublishServiceGrpc.getDeleteVersionMethod(),
                    (who, r) -> write(who, Right.DELETE, r.getWrite(), Scopes.GLOBAL)),
            of(
                    PublishServiceGrpc.getRestoreTopicMethod(),
                    (who, r) -> write(who, Right.DELETE, r.getWrite(), Scopes.GLOBAL)));

    private GrpcRights() {}

    /** Whether the method is answered to anybody, or asks in its own way who calls. */
    static boolean isOpen(String method) {
        return method.startsWith("grpc.health.v1.Health/") || method.startsWith(NodeSecret.SERVICE + "/");
    }

    /** Refuses a message of the method if its sender has not the right. */
    static BiConsumer<Identity, Object> check(String method) {
        BiConsumer<Identity, Object> check = CHECKS.get(method);
        if (check != null) {
            return check;
        }
        if (method.startsWith("grpc.reflection.")) {
            return GrpcRights::signedIn;
        }
        throw ServiceException.of(ErrorCode.PERMISSION_DENIED, method + ": nobody has a right to call it");
    }

    @SuppressWarnings("unchecked")
    private static <Q> Map.Entry<String, BiConsumer<Identity, Object>> of(
            MethodDescriptor<Q, ?> method, BiConsumer<Identity, Q> check) {
        return Map.entry(method.getFullMethodName(), (who, message) -> check.accept(who, (Q) message));
    }

    private static void write(Identity who, Right right, Write write, Scope scope) {
        Permissions.require(who, right, write.getTopic(), List.of(scope));
    }

    /** A quarantine concerns everybody, also where only one scope is moved. */
    private static void rollback(Identity who, RollbackRequest rollback) {
        write(who, Right.ROLLBACK, rollback.getWrite(), rollback.getScope());
        if (!rollback.getKeep()) {
            write(who, Right.QUARANTINE, rollback.getWrite(), Scopes.GLOBAL);
        }
    }

    /** Nothing more is needed than to be somebody with a role. */
    private static void signedIn(Identity who, Object message) {
        Permissions.require(who, Right.LIST, null, List.of());
    }

    /** Without garbage, for every poll comes by. */
    private static void poll(Identity who, PollRequest poll) {
        Permissions.requireApp(who, poll.getConsumer().getApp());
        for (int i = 0; i < poll.getTopicsCount(); i++) {
            Permissions.requireRead(who, poll.getTopics(i).getTopic());
        }
    }

    private static void latest(Identity who, GetLatestRequest latest) {
        Permissions.requireApp(who, latest.getConsumer().getApp());
        Permissions.requireRead(who, latest.getTopic());
    }

    private static void publish(Identity who, PublishRequest publish) {
        if (publish.hasHeader()) {
            publish(who, publish.getHeader());
        }
    }

    private static void publish(Identity who, PublishHeader header) {
        Permissions.require(who, Right.PUBLISH, header.getTopic(), header.getScopesList());
    }

    /** To which scopes it will go is said, and checked, when it is completed. */
    private static void upload(Identity who, String topic) {
        Permissions.requireSomewhere(who, Right.PUBLISH, topic);
    }
}
