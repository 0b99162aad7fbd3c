package io.octavo.server.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.catalina.connector.Response;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/**
 * What still comes of the body of a request that is refused. It is read for a while, so that its sender, who looks up
 * only at the end, sees the refusal and not a broken connection. The container alone would read it for ever from one
 * who sends it by drops.
 */
final class LeftoverBody implements ApplicationBufferHandler {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long MOST_BYTES = 16 << 20;

    private ByteBuffer buffer = ByteBuffer.allocate(0);

    /** Answers, then reads what is left. Blocks for some seconds, and the container's time-out, at most. */
    static void take(Request request, Response response) throws IOException {
        if (response.getStatus() < HttpServletResponse.SC_BAD_REQUEST
                || request.isFinished()
                || request.hasExpectation()) {
            return;
        }
        response.finishResponse();
        if (!new LeftoverBody().isEnded(request)) {
            // Closes the connection.
            request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    private boolean isEnded(Request request) {
        long begun = System.nanoTime();
        long left = MOST_BYTES;
        try {
            while (left > 0 && System.nanoTime() - begun < PATIENCE.toNanos()) {
                int read = request.doRead(this);
                if (read < 0) {
                    return true;
                }
                left -= read;
            }
        } catch (IOException e) {
            // Nobody sends the rest.
        }
        return false;
    }

    @Override
    public void setByteBuffer(ByteBuffer read) {
        buffer = read;
    }

    @Override
    public ByteBuffer getByteBuffer() {
        return buffer;
    }

    @Override
    public void expand(int size) {
        // What is read is not kept.
    }
}
