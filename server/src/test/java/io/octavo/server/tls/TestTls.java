package io.octavo.server.tls;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.pkitesting.X509Bundle;
import io.octavo.server.tls.TlsConfig.ClientAuth;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** A node's TLS files in a folder, and what its servers make of them. */
public final class TestTls {
    private final Path folder;
    private final TestAuthority authority = new TestAuthority("octavo test");
    private final MeterRegistry meters = new SimpleMeterRegistry();

    /** Has a certificate of the name first in it. */
    public TestTls(Path folder) {
        this.folder = folder;
        show("first");
    }

    public TestAuthority authority() {
        return authority;
    }

    /** The file of the authority, for clients. */
    public Path ca() {
        return authority.file(folder);
    }

    public Path certificate() {
        return folder.resolve("cert.pem");
    }

    public Path key() {
        return folder.resolve("key.pem");
    }

    MeterRegistry meters() {
        return meters;
    }

    /** Puts a certificate of another name into the files. */
    public void show(String name) {
        show(authority.sign(name));
    }

    public void show(X509Bundle signed) {
        TestAuthority.write(signed, certificate(), key());
    }

    /** Reads the files, which clients' certificates must be of the same authority with. */
    public ServerTls read(ClientAuth clients) {
        return read(clients, InstantSource.system());
    }

    ServerTls read(ClientAuth clients, InstantSource clock) {
        String ca = clients == ClientAuth.NONE ? "" : ca().toString();
        TlsConfig config =
                new TlsConfig(certificate().toString(), key().toString(), ca, clients, "", Duration.ofSeconds(1));
        return ServerTls.read(config, clock, meters);
    }
}
