package io.octavo.server.security;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ServerCall;
import io.octavo.server.errors.ServiceException;
import java.util.function.Consumer;

/** A call of which each message is checked before anybody else sees it. What follows a refused one is dropped. */
final class CheckedCall<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Consumer<Object> check;
    private final Consumer<Throwable> refuse;
    private boolean isRefused;

    /**
     * @param check  throws a {@link ServiceException} for a message that its sender may not send
     * @param refuse ends the call
     */
    CheckedCall(ServerCall.Listener<Q> listener, Consumer<Object> check, Consumer<Throwable> refuse) {
        super(listener);
        this.check = check;
        this.refuse = refuse;
    }

    @Override
    public void onMessage(Q message) {
        if (isRefused) {
            return;
        }
        try {
            check.accept(message);
        } catch (ServiceException e) {
            isRefused = true;
            refuse.accept(e);
            return;
        }
        super.onMessage(message);
    }

    @Override
    public void onHalfClose() {
        if (!isRefused) {
            super.onHalfClose();
        }
    }

    @Override
    public void onReady() {
        if (!isRefused) {
            super.onReady();
        }
    }
}
