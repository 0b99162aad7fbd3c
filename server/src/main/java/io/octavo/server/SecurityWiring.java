package io.octavo.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.security.GrpcSignIn;
import io.octavo.server.security.Lookups;
import io.octavo.server.security.OidcConfig;
import io.octavo.server.security.Security;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.security.SignIns;
import io.octavo.server.security.Tokens;
import io.octavo.server.web.SecuredApi;
import io.octavo.server.web.TokenApi;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Who calls, and what they may do: on every node, if security is on. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("octavo.security.enabled")
@Import({SecuredApi.class, SecurityWiring.Administration.class})
class SecurityWiring {
    @Bean
    Lookups lookups() {
        return Lookups.start();
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService tokenTimer() {
        return Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "octavo-tokens-timer");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Bean
    SignIns signIns(
            SecurityConfig config,
            OidcConfig oidc,
            CassandraStore store,
            Lookups lookups,
            ScheduledExecutorService tokenTimer,
            InstantSource clock,
            MeterRegistry meters) {
        return Security.signIns(config, oidc, store.tokens(), lookups, tokenTimer, clock, System::nanoTime, meters);
    }

    @Bean
    GrpcSignIn grpcSignIn(SignIns signIns, GrpcErrors errors) {
        return new GrpcSignIn(signIns, errors::status);
    }

    /** Tokens are made and revoked where writes are. */
    @Configuration(proxyBeanMethods = false)
    @OnRole(Role.PUBLISH)
    @Import(TokenApi.class)
    static class Administration {
        @Bean
        Tokens tokens(CassandraStore store, InstantSource clock) {
            return new Tokens(store.tokens(), new SecureRandom(), clock);
        }
    }
}
