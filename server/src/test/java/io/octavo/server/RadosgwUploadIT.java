package io.octavo.server;

import io.octavo.server.payload.Radosgw;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** On Ceph's gateway. */
@Tag("all")
class RadosgwUploadIT extends UploadContract {
    @BeforeAll
    static void start(@TempDir Path folder) {
        start(Radosgw.in(folder));
    }
}
