package io.octavo.client;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a publish: sends chunks as fast as the connection takes them, so that only a few are in memory, and
 * waits for the answer. Used by one thread.
 */
final class Upload implements ClientResponseObserver<PublishRequest, PublishResponse> {
    private final Progress progress;
    private final CompletableFuture<PublishResponse> answer = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<PublishRequest> call;
    private volatile boolean begun;

    Upload(Progress progress) {
        this.progress = progress;
    }

    /** Whether anything was sent: if not, the service knows nothing of this attempt. */
    boolean hasBegun() {
        return begun;
    }

    /**
     * Sends everything and waits for the answer.
     *
     * @param stall  how long the connection may take nothing
     * @param atMost how long the answer may take
     */
    PublishResponse send(PublishHeader header, Content content, Duration stall, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        ClientCallStreamObserver<PublishRequest> stream = call;
        if (stream == null) {
            throw new IllegalStateException("the call has not been started");
        }
        try (InputStream in = content.open(0)) {
            if (isReady(stream, stall)) {
                begun = true;
                stream.onNext(PublishRequest.newBuilder().setHeader(header).build());
                sendBytes(stream, content, in, stall);
            }
            return answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            throw WorkDirectory.failed("read " + content.name(), e);
        } finally {
            if (!answer.isDone()) {
                stream.cancel("given up", null);
            }
        }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PublishRequest> stream) {
        call = stream;
        stream.setOnReadyHandler(this::wake);
    }

    @Override
    public void onNext(PublishResponse response) {
        answer.complete(response);
        wake();
    }

    @Override
    public void onError(Throwable error) {
        answer.completeExceptionally(error);
        wake();
    }

    @Override
    public void onCompleted() {
        answer.completeExceptionally(OctavoException.passing("the service answered with nothing", null));
        wake();
    }

    private void sendBytes(
            ClientCallStreamObserver<PublishRequest> stream, Content content, InputStream in, Duration stall)
            throws IOException, InterruptedException, TimeoutException {
        ByteString chunk = content.chunk(in);
        long sent = 0;
        while (!chunk.isEmpty()) {
            if (!isReady(stream, stall)) {
                return;
            }
            stream.onNext(PublishRequest.newBuilder().setChunk(chunk).build());
            sent += chunk.size();
            progress.at(sent);
            chunk = content.chunk(in);
        }
        stream.onCompleted();
    }

    /** Waits until the connection takes more; false if the answer came first. */
    private synchronized boolean isReady(ClientCallStreamObserver<PublishRequest> stream, Duration stall)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + stall.toNanos();
        while (!answer.isDone() && !stream.isReady()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException("the connection has taken nothing for " + stall);
            }
            wait(left);
        }
        return !answer.isDone();
    }

    private synchronized void wake() {
        notifyAll();
    }
}
