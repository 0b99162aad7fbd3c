package io.octavo.server;

import io.octavo.server.grpc.GrpcServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.context.SmartLifecycle;

/** Starts the gRPC server when all else is wired, and stops it before anything else goes. */
final class GrpcLifecycle implements SmartLifecycle {
    private final GrpcServer server;
    private volatile boolean running;

    GrpcLifecycle(GrpcServer server) {
        this.server = server;
    }

    @Override
    public void start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        server.close();
    }

    /** After the {@link Drain}, before all else. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 1;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
