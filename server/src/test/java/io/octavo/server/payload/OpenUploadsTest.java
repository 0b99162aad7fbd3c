package io.octavo.server.payload;

import java.time.InstantSource;

class OpenUploadsTest extends OpenUploadsContract {
    @Override
    protected OpenUploads uploads(InstantSource clock) {
        return new InMemoryOpenUploads(clock);
    }
}
