package io.octavo.server;

import io.octavo.server.payload.TestS3;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On the store of {@code ./octavo up}. */
class UploadIT extends UploadContract {
    @BeforeAll
    static void start(@TempDir Path folder) {
        start(TestS3.local(folder));
    }
}
