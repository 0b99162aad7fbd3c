package io.octavo.server.payload;

import io.octavo.local.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ceph's gateway over a monitor and one object store in a file, all children of this process: an implementation of S3 that
 * shares nothing with the other one. Its programs come from Debian; {@code ./octavo test --all} installs them.
 */
public final class Radosgw implements TestS3 {
    private static final Duration STEP_BOUND = Duration.ofSeconds(60);
    private static final String KEY = "octavo";
    private static final String SECRET = "octavo-secret";

    private final Path folder;
    private final Path configuration;
    private final UUID cluster = UUID.randomUUID();
    private final int monitorPort = Ports.free();
    private final int port = Ports.free();
    private final List<Process> stores = new ArrayList<>();
    private @Nullable Process gateway;

    /**
     * Starts one with its data in the folder; returns when it serves, a quarter of a minute later.
     *
     * @param folder a short path: sockets are made in it
     */
    public static Radosgw in(Path folder) {
        Radosgw started = null;
        try {
            started = new Radosgw(folder);
            started.begin();
            return started;
        } catch (IOException | RuntimeException e) {
            if (started != null) {
                started.close();
            }
            throw new IllegalStateException("radosgw: " + e.getMessage(), e);
        }
    }

    private Radosgw(Path folder) throws IOException {
        this.folder = folder;
        this.configuration = Files.writeString(folder.resolve("ceph.conf"), configuration());
    }

    private String configuration() {
        return """
                [global]
                fsid = %1$s
                mon host = [v2:127.0.0.1:%2$d/0]
                mon initial members = a
                auth cluster required = none
                auth service required = none
                auth client required = none
                ms mon client mode = crc
                public addr = 127.0.0.1
                cluster addr = 127.0.0.1
                ms bind ipv6 = false
                osd pool default size = 1
                osd pool default min size = 1
                osd pool default pg num = 4
                osd pool default pgp num = 4
                osd crush chooseleaf type = 0
                mon allow pool size one = true
                mon max pg per osd = 2000
                mon data avail warn = 1
                mon data avail crit = 1
                osd objectstore = bluestore
                osd memory target = 939524096
                bluestore block size = 8589934592
                bluestore block db create = false
                bluestore block wal create = false
                run dir = %3$s
                admin socket =
                pid file =
                log file =
                log to stderr = true
                setuser match path =
                [mon.a]
                mon data = %3$s/mon
                [osd.0]
                osd data = %3$s/osd
                [client.rgw.a]
                rgw data = %3$s/rgw
                rgw frontends = beast endpoint=127.0.0.1:%4$d
                rgw enable usage log = false
                rgw gc obj min wait = 0
                rgw thread pool size = 32
                """.formatted(cluster, monitorPort, folder, port);
    }

    private void begin() throws IOException {
        for (String part : List.of("mon", "osd", "rgw")) {
            Files.createDirectory(folder.resolve(part));
        }
        String address = "[v2:127.0.0.1:" + monitorPort + "]";
        run(List.of("monmaptool", "--create", "--fsid", cluster.toString(), "--addv", "a", address, file("monmap")));
        run(List.of(
                "ceph-authtool",
                "--create-keyring",
                file("keyring"),
                "--gen-key",
                "-n",
                "mon.",
                "--cap",
                "mon",
                "allow *"));
        ceph("ceph-mon", "--mkfs", "-i", "a", "--monmap", file("monmap"), "--keyring", file("keyring"));
        stores.add(serve("mon", "ceph-mon", "-i", "a"));
        UUID store = UUID.randomUUID();
        ceph("ceph", "osd", "new", store.toString(), "0");
        ceph("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store.toString());
        ceph("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=localhost");
        stores.add(serve("osd", "ceph-osd", "-i", "0"));
        start();
        ceph(
                "radosgw-admin",
                "--ms_mon_client_mode=crc",
                "user",
                "create",
                "--uid=octavo",
                "--display-name=octavo",
                "--access-key=" + KEY,
                "--secret-key=" + SECRET);
    }

    @Override
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public String accessKey() {
        return KEY;
    }

    @Override
    public String secretKey() {
        return SECRET;
    }

    @Override
    public void kill() {
        Process serving = gateway;
        if (serving != null) {
            serving.destroyForcibly();
            await(serving);
        }
    }

    @Override
    public void start() {
        try {
            Process started = serve("rgw", "radosgw", "-n", "client.rgw.a");
            gateway = started;
            awaitPort(started);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        stores.forEach(Process::destroyForcibly);
        stores.forEach(Radosgw::await);
    }

    /** A child that stays; it dies with this process. */
    private Process serve(String name, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--", program, "-f"));
        command.addAll(List.of("-c", configuration.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()))
                .start();
    }

    private void ceph(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program, "-c", configuration.toString()));
        command.addAll(List.of(arguments));
        run(command);
    }

    private void run(List<String> command) throws IOException {
        Path log = folder.resolve("steps.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        if (await(process) != 0) {
            throw new IOException(command + " failed: " + Files.readString(log));
        }
    }

    private void awaitPort(Process serving) throws IOException {
        long end = System.nanoTime() + START_BOUND.toNanos();
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                if (System.nanoTime() - end > 0 || waitsFor(serving, Duration.ofMillis(100))) {
                    throw new IOException(
                            "the gateway did not start: " + Files.readString(folder.resolve("rgw.log")), e);
                }
            }
        }
    }

    /** How it ended, or -1 if it had to be killed. */
    private static int await(Process process) {
        if (waitsFor(process, STEP_BOUND)) {
            return process.exitValue();
        }
        process.destroyForcibly();
        return -1;
    }

    private static boolean waitsFor(Process process, Duration bound) {
        try {
            return process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }
}
