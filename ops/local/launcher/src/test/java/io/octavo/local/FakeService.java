package io.octavo.local;

import io.octavo.server.OctavoServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A service whose child is the fake server. */
final class FakeService extends LocalService {
    private final Path folder;
    private final int port = Ports.free();
    private final List<String> options;

    FakeService(String name, Path folder, String... options) {
        super(name);
        this.folder = folder;
        this.options = List.of(options);
    }

    @Override
    Launch prepare() throws IOException {
        Path classes = Path.of(URI.create(OctavoServer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        List<String> command = JavaCommand.running()
                .options("-XX:TieredStopAtLevel=1")
                .options(options)
                .main(
                        List.of(LeashJar.in(folder), classes),
                        OctavoServer.class.getName(),
                        List.of("--server.port=" + port));
        URI status = URI.create("http://127.0.0.1:" + port + "/api/v1/status");
        return new Launch(
                name(),
                command,
                System.getenv(),
                folder,
                folder.resolve(name() + ".log"),
                () -> Probes.status(status),
                Duration.ofSeconds(5));
    }
}
