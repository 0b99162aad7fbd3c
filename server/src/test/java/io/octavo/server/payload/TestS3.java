package io.octavo.server.payload;

import io.octavo.local.LocalS3;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** A real S3 store on loopback, for one test class: it can be killed and started again on the same port and data. */
public interface TestS3 extends AutoCloseable {
    /** How long any of them may take to serve. */
    Duration START_BOUND = Duration.ofSeconds(90);

    /** That of {@code ./octavo up}: s3proxy. */
    static TestS3 local(Path folder) {
        LocalS3 s3 = LocalS3.start(folder);
        s3.awaitReady(START_BOUND);
        return new TestS3() {
            @Override
            public URI endpoint() {
                return s3.endpoint();
            }

            @Override
            public String accessKey() {
                return s3.accessKey();
            }

            @Override
            public String secretKey() {
                return s3.secretKey();
            }

            @Override
            public void kill() {
                s3.kill();
            }

            @Override
            public void start() {
                s3.start();
                s3.awaitReady(START_BOUND);
            }

            @Override
            public void close() {
                s3.close();
            }
        };
    }

    URI endpoint();

    String accessKey();

    String secretKey();

    /** Without a warning. */
    void kill();

    /** After {@link #kill}; returns when it serves. */
    void start();

    @Override
    void close();
}
