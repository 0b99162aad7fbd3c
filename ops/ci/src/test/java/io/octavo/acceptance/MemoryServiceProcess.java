package io.octavo.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The service in a process of its own, on a log in memory, as the test kit has it. */
final class MemoryServiceProcess implements AutoCloseable {
    private final Process process;
    private final String address;

    private MemoryServiceProcess(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** Blocks until it serves. */
    static MemoryServiceProcess start(Path folder) throws IOException {
        Path module = Path.of("../../client-lib/test-kit").toAbsolutePath().normalize();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + folder,
                        "io.octavo.acceptance.footprint.MemoryService"))
                .redirectError(folder.resolve("memory-service.log").toFile());
        builder.environment()
                .put("CLASSPATH", Path.of("target/test-classes").toAbsolutePath() + ":" + Snippets.module(module));
        Process process = builder.start();
        String address = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (address == null) {
            process.destroyForcibly();
            throw new AssertionError("a service in memory: no address; see memory-service.log in " + folder);
        }
        return new MemoryServiceProcess(process, address);
    }

    /** Host and port of its gRPC. */
    String address() {
        return address;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
