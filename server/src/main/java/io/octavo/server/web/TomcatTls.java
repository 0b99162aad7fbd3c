package io.octavo.server.web;

import io.octavo.server.tls.Identity;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TlsMaterial;
import io.octavo.tls.Authorities;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/** The TLS of the HTTP server: each handshake takes what the node's files had last. */
final class TomcatTls implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    private static final String BUNDLE = "octavo";

    private final ServerTls tls;

    TomcatTls(ServerTls tls) {
        this.tls = tls;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry(BUNDLE, bundle(tls.material()));
        Ssl ssl = Ssl.forBundle(BUNDLE);
        ssl.setClientAuth(
                switch (tls.clientAuth()) {
                    case NONE -> Ssl.ClientAuth.NONE;
                    case WANT -> Ssl.ClientAuth.WANT;
                    case NEED -> Ssl.ClientAuth.NEED;
                });
        factory.setSsl(ssl);
        factory.setSslBundles(bundles);
        // The container changes its TLS with its bundle; connections that are open go on.
        tls.onChange(material -> bundles.updateBundle(BUNDLE, bundle(material)));
    }

    private static SslBundle bundle(TlsMaterial material) {
        Identity identity = material.identity();
        @Nullable Authorities clients = material.clients();
        PemSslStoreBundle stores = new PemSslStoreBundle(
                PemSslStore.of(identity.chain(), identity.key()),
                clients == null ? null : PemSslStore.of(clients.certificates(), null));
        return SslBundle.of(
                stores, SslBundleKey.NONE, SslOptions.of((String[]) null, new String[] {"TLSv1.3", "TLSv1.2"}));
    }
}
