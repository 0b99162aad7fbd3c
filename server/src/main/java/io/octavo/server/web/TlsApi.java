package io.octavo.server.web;

import io.octavo.server.tls.ServerTls;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the HTTP server speak TLS, and nothing else. Needs a {@link ServerTls}. */
@Configuration(proxyBeanMethods = false)
public class TlsApi {
    @Bean
    TomcatTls tomcatTls(ServerTls tls) {
        return new TomcatTls(tls);
    }
}
