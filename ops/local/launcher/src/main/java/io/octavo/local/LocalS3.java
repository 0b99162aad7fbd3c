package io.octavo.local;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * An S3 store (s3proxy over a folder) on loopback, as a child process with its objects in one folder. Ready about 1.5 s
 * after its start. Its two keys are drawn at random once per folder, in a file that its owner alone can read. It has
 * no buckets until a client makes them.
 */
public final class LocalS3 extends LocalService {
    private static final Duration STOP_BOUND = Duration.ofSeconds(5);
    private static final String ACCESS_KEY = "accessKey";
    private static final String SECRET_KEY = "secretKey";

    private final Path folder;
    private final Path log;
    private final int port;
    private final List<Path> jars;
    private final Properties keys;

    LocalS3(Path folder, Path log, int port, Checkout checkout) {
        super("s3");
        this.folder = folder.toAbsolutePath();
        this.log = log.toAbsolutePath();
        this.port = port;
        this.jars = Checkout.classPath(checkout.s3());
        this.keys = keys(this.folder);
    }

    /**
     * Starts one on a free port, with objects and log in {@code folder}, made if it is absent. Returns before it
     * serves: {@link #awaitReady} comes next.
     */
    public static LocalS3 start(Path folder) {
        LocalS3 s3 = new LocalS3(folder, folder.resolve("s3.log"), Ports.free(), Checkout.find());
        s3.start();
        return s3;
    }

    /** The base address, path-style; the same after a restart. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The loopback port of {@link #endpoint}. */
    public int port() {
        return port;
    }

    public String accessKey() {
        return keys.getProperty(ACCESS_KEY);
    }

    public String secretKey() {
        return keys.getProperty(SECRET_KEY);
    }

    @Override
    Launch prepare() throws IOException {
        Path objects = Files.createDirectories(folder.resolve("objects"));
        Path conf = Files.createDirectories(folder.resolve("conf"));
        Path tmp = Folders.empty(folder.resolve("tmp"));
        Folders.writeSecret(
                conf.resolve("s3proxy.conf"),
                Template.resource("s3proxy.conf")
                        .with(Map.of(
                                "PORT", Integer.toString(port),
                                "ACCESS_KEY", accessKey(),
                                "SECRET_KEY", secretKey(),
                                "DIR", objects.toString().replace("\\", "\\\\"))));
        Files.writeString(
                conf.resolve("logback.xml"), Template.resource("logback.xml").text());
        List<Path> classPath = new ArrayList<>(jars);
        classPath.add(LeashJar.in(folder));
        List<String> command = JavaCommand.running()
                .options("-Xms32m", "-Xmx128m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
                .property("logback.configurationFile", conf.resolve("logback.xml"))
                .property("java.io.tmpdir", tmp)
                .lock(folder.resolve("lock"))
                .main(
                        classPath,
                        "org.gaul.s3proxy.Main",
                        List.of("--properties", conf.resolve("s3proxy.conf").toString()));
        return new Launch(name(), command, System.getenv(), folder, log, () -> Probes.http(endpoint()), STOP_BOUND);
    }

    /** Reads the folder's keys, or draws them. */
    private static Properties keys(Path folder) {
        Path file = folder.resolve("keys");
        Properties keys = new Properties();
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(folder);
                Folders.writeSecret(file, ACCESS_KEY + "=" + random(10) + "\n" + SECRET_KEY + "=" + random(20) + "\n");
            }
            try (InputStream in = Files.newInputStream(file)) {
                keys.load(in);
            }
        } catch (IOException e) {
            throw StartFailed.of("s3", e);
        }
        if (keys.getProperty(ACCESS_KEY) == null || keys.getProperty(SECRET_KEY) == null) {
            throw new StartFailed(file + ": incomplete (expected: " + ACCESS_KEY + " and " + SECRET_KEY + ")");
        }
        return keys;
    }

    private static String random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
