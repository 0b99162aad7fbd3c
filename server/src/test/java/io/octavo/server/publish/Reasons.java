package io.octavo.server.publish;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.protobuf.StatusProto;
import java.util.Objects;

/** The codes that the service gives for what went wrong. */
public final class Reasons {
    private Reasons() {}

    public static String of(Throwable failure) {
        try {
            for (Any detail :
                    Objects.requireNonNull(StatusProto.fromThrowable(failure)).getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    return detail.unpack(ErrorInfo.class).getReason();
                }
            }
            return failure.toString();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
