package io.octavo.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TlsConfig;
import io.octavo.server.web.TlsApi;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** How the servers of a node listen: where, and whether they speak TLS. */
@Configuration(proxyBeanMethods = false)
class ListenWiring {
    /** Before any other bean is made, so that a node that may not listen where it is told to opens nothing at all. */
    @Bean
    static BeanFactoryPostProcessor bindingCheck(Environment environment) {
        return beans -> Binding.check(environment);
    }

    /** TLS, if there is a certificate. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("octavo.tls.certificate")
    @Import(TlsApi.class)
    static class Tls {
        @Bean(destroyMethod = "shutdownNow", defaultCandidate = false)
        ScheduledExecutorService tlsReloads() {
            return Executors.newSingleThreadScheduledExecutor(work -> {
                Thread thread = new Thread(work, "octavo-tls");
                thread.setDaemon(true);
                return thread;
            });
        }

        @Bean
        ServerTls serverTls(
                TlsConfig config,
                InstantSource clock,
                MeterRegistry meters,
                @Qualifier("tlsReloads") ScheduledExecutorService reloads) {
            ServerTls tls = ServerTls.read(config, clock, meters);
            tls.start(reloads);
            return tls;
        }
    }
}
