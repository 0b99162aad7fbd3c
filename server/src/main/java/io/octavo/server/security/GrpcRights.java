package io.octavo.server.security;

import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.util.Map;
import java.util.function.BiConsumer;

/** What each gRPC method needs, by its messages. A method of ours that is not named here is refused. */
final class GrpcRights {
    private static final Map<String, BiConsumer<Identity, Object>> CHECKS = Map.of(
            SubscribeServiceGrpc.getPollMethod().getFullMethodName(),
            (who, message) -> poll(who, (PollRequest) message),
            SubscribeServiceGrpc.getGetVersionMethod().getFullMethodName(),
            (who, message) -> Permissions.requireRead(who, ((GetVersionRequest) message).getTopic()),
            SubscribeServiceGrpc.getGetLatestMethod().getFullMethodName(),
            (who, message) -> latest(who, (GetLatestRequest) message),
            SubscribeServiceGrpc.getReadPayloadMethod().getFullMethodName(),
            (who, message) -> Permissions.requireRead(who, ((ReadPayloadRequest) message).getTopic()),
            PublishServiceGrpc.getPublishMethod().getFullMethodName(),
            (who, message) -> publish(who, (PublishRequest) message));

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

    /** Nothing more is needed than to be somebody. */
    private static void signedIn(Identity who, Object message) {}

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
            Permissions.require(
                    who,
                    Right.PUBLISH,
                    publish.getHeader().getTopic(),
                    publish.getHeader().getScopesList());
        }
    }
}
