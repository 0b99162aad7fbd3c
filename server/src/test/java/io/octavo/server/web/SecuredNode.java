package io.octavo.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.Digests;
import io.octavo.server.security.Grant;
import io.octavo.server.security.InMemoryTokenStore;
import io.octavo.server.security.Lookups;
import io.octavo.server.security.OidcConfig;
import io.octavo.server.security.Security;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.security.SignIns;
import io.octavo.server.security.Tokens;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A server with security on, and callers with tokens. */
final class SecuredNode implements AutoCloseable {
    static final String ADMIN = "octavo_of-the-configuration";
    /** Nobody is there, and nobody is asked before a token of it is shown. */
    static final String ISSUER = "http://127.0.0.1:1";

    private final TestNode node = TestNode.start(TestNode.Wiring.class, Wiring.class);

    TestNode node() {
        return node;
    }

    Caller nobody() {
        return new Caller(node.http(), "");
    }

    Caller admin() {
        return bearer(ADMIN);
    }

    /** A caller with a token that has these grants. */
    Caller with(String... grants) {
        return with(List.of(), grants);
    }

    Caller with(List<String> apps, String... grants) {
        return bearer(secret(TestNode.newTopic(), apps, grants));
    }

    /** Makes a token and answers what its bearer is to show. */
    String secret(String name, List<String> apps, String... grants) {
        return node.bean(Tokens.class)
                .create(name, Arrays.stream(grants).map(Grant::parse).toList(), apps, null, "test")
                .secret();
    }

    Caller bearer(String token) {
        return new Caller(node.http(), "Bearer " + token);
    }

    @Override
    public void close() {
        node.close();
    }

    /**
     * Somebody who asks.
     *
     * @param authorization empty = nobody
     */
    record Caller(Http http, String authorization) {
        Answer get(String path) {
            return http.get(path, headers());
        }

        Answer send(String method, String path, String body) {
            return http.json(method, path, body, headers());
        }

        Answer publish(String topic, String query) {
            return http.post("/api/v1/topics/" + topic + "/versions" + query, "payload", headers());
        }

        private String[] headers() {
            return authorization.isEmpty() ? new String[0] : new String[] {"Authorization", authorization};
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({SecuredApi.class, TokenApi.class})
    static class Wiring {
        @Bean
        InMemoryTokenStore tokenStore() {
            return new InMemoryTokenStore();
        }

        @Bean
        Tokens tokens(InMemoryTokenStore store) {
            return new Tokens(store, new SecureRandom(), InstantSource.system());
        }

        @Bean
        Lookups lookups() {
            return Lookups.start();
        }

        @Bean(destroyMethod = "shutdownNow")
        ScheduledExecutorService tokenTimer() {
            return Executors.newSingleThreadScheduledExecutor();
        }

        @Bean
        OidcConfig oidc() {
            Duration second = Duration.ofSeconds(1);
            return new OidcConfig(
                    ISSUER,
                    "octavo",
                    ISSUER + "/keys",
                    "octavo-ui",
                    "sub",
                    "groups",
                    second,
                    Duration.ofMinutes(1),
                    second,
                    second,
                    List.of());
        }

        @Bean
        SignIns signIns(
                InMemoryTokenStore store, OidcConfig oidc, Lookups lookups, ScheduledExecutorService tokenTimer) {
            String admin = HexFormat.of().formatHex(Digests.sha256(ADMIN.getBytes(UTF_8)));
            return Security.signIns(
                    new SecurityConfig(true, admin, "", Duration.ofHours(1)),
                    oidc,
                    store,
                    lookups,
                    tokenTimer,
                    InstantSource.system(),
                    System::nanoTime,
                    new SimpleMeterRegistry());
        }
    }
}
