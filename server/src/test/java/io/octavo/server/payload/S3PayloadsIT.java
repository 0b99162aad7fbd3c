package io.octavo.server.payload;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On the store of {@code ./octavo up}. */
class S3PayloadsIT extends S3PayloadsContract {
    @BeforeAll
    static void start(@TempDir Path folder) {
        useStore(TestS3.local(folder));
    }
}
