package io.octavo.server;

import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.grpc.GrpcConfig;
import io.octavo.server.housekeeping.HousekeepingConfig;
import io.octavo.server.idle.IdleConfig;
import io.octavo.server.payload.ExternalConfig;
import io.octavo.server.payload.PayloadConfig;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.payload.UploadsConfig;
import io.octavo.server.publish.PublishConfig;
import io.octavo.server.publish.TopicsConfig;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.security.OidcConfig;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.subscribe.ConsumersConfig;
import io.octavo.server.subscribe.HeldConfig;
import io.octavo.server.subscribe.SubscribeConfig;
import io.octavo.server.tls.TlsConfig;
import io.octavo.server.validation.ValidationConfig;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/** A node of Octavo, in the roles that {@code octavo.roles} says. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties({
    OctavoConfig.class,
    NodeConfig.class,
    GrpcConfig.class,
    CassandraConfig.class,
    RegionsConfig.class,
    PayloadConfig.class,
    ExternalConfig.class,
    UploadsConfig.class,
    PublishConfig.class,
    TopicsConfig.class,
    ValidationConfig.class,
    SubscribeConfig.class,
    HeldConfig.class,
    ConsumersConfig.class,
    SecurityConfig.class,
    OidcConfig.class,
    PlaintextConfig.class,
    TlsConfig.class,
    DrainConfig.class,
    LogConfig.class,
    HousekeepingConfig.class,
    FallbackConfig.class,
    RetentionConfig.class,
    IdleConfig.class
})
@Import({
    ListenWiring.class,
    HealthWiring.class,
    StoresWiring.class,
    NodeWiring.class,
    PeersWiring.class,
    CommitsWiring.class,
    PublishWiring.class,
    RetentionWiring.class,
    SubscribeWiring.class,
    HousekeepingWiring.class,
    SecurityWiring.class
})
public class OctavoServer {
    /** Runs a node until it is told to stop. */
    public static void main(String[] args) {
        SpringApplication.run(OctavoServer.class, args);
    }
}
