package io.octavo.server.tls;

import io.netty.pkitesting.X509Bundle;
import io.octavo.tls.Authorities;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** TLS with a server on loopback, as a client begins it that believes one authority. */
public final class Handshake {
    private Handshake() {}

    /** The name on the certificate that the server shows. */
    public static String nameShown(int port, Path authority, @Nullable X509Bundle shown, String protocol)
            throws IOException {
        try (SSLSocket socket = connect(port, authority, shown, protocol)) {
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        }
    }

    /**
     * An open connection, after the handshake.
     *
     * @param shown    what this client shows of itself; null = nothing
     * @param protocol of the application, such as h2
     */
    public static SSLSocket connect(int port, Path authority, @Nullable X509Bundle shown, String protocol)
            throws IOException {
        KeyManager[] keys = null;
        try {
            keys = shown == null ? null : shown.toKeyManagerFactory().getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        SSLSocket socket = (SSLSocket)
                Authorities.context(keys, Authorities.read("ca", authority).alone())
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }
}
