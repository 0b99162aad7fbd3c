package io.octavo.server.payload;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** On Ceph's gateway. */
@Tag("all")
class RadosgwPayloadsIT extends S3PayloadsContract {
    @BeforeAll
    static void start(@TempDir Path folder) {
        useStore(Radosgw.in(folder));
    }
}
