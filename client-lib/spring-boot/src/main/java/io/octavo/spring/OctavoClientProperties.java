package io.octavo.spring;

import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys {@code octavo.client.*}. What isn't given is as {@link OctavoClientBuilder} has it.
 *
 * @param server             HTTP address of any server, which is asked for the nodes to use
 * @param subscribeEndpoints subscribe nodes to use, host:port, instead of asking the server
 * @param publishEndpoints   publish nodes to use, host:port, instead of asking the server
 * @param region             region that this process runs in
 * @param app                application that this process belongs to
 * @param cluster            cluster of the application that this process belongs to
 * @param instance           names this process within its cluster; the host name by default
 * @param who                who publishes, for the audit trail
 * @param token              what this process signs in with
 * @param pollInterval       time between polls where they are not held
 * @param heldPolls          whether polls wait at the service until there is something new
 * @param requestTimeout     time for a call that carries no payload
 * @param transferTimeout    time for one upload or download
 * @param concurrentLoads    versions that may be downloaded and deserialized at once
 * @param concurrentParts    parts of large payloads on their way to or from S3 at once
 * @param straightToS3From   payloads of this size on are put straight into S3 when published
 * @param trust              PEM file of certificate authorities to believe besides those that Java knows
 */
@ConfigurationProperties("octavo.client")
public record OctavoClientProperties(
        @Nullable URI server,
        @DefaultValue List<String> subscribeEndpoints,
        @DefaultValue List<String> publishEndpoints,
        @Nullable String region,
        @Nullable String app,
        @Nullable String cluster,
        @Nullable String instance,
        @Nullable String who,
        @Nullable String token,
        @Nullable Duration pollInterval,
        @Nullable Boolean heldPolls,
        @Nullable Duration requestTimeout,
        @Nullable Duration transferTimeout,
        @Nullable Integer concurrentLoads,
        @Nullable Integer concurrentParts,
        @Nullable DataSize straightToS3From,
        @Nullable Path trust) {

    /** A client to be, as these keys say. */
    OctavoClientBuilder builder() {
        OctavoClientBuilder builder =
                OctavoClient.builder().subscribeEndpoints(subscribeEndpoints).publishEndpoints(publishEndpoints);
        set(server, builder::server);
        set(region, builder::region);
        set(app, builder::app);
        set(cluster, builder::cluster);
        set(instance, builder::instance);
        set(who, builder::who);
        set(token, builder::token);
        set(pollInterval, builder::pollInterval);
        set(heldPolls, builder::heldPolls);
        set(requestTimeout, builder::requestTimeout);
        set(transferTimeout, builder::transferTimeout);
        set(concurrentLoads, builder::concurrentLoads);
        set(concurrentParts, builder::concurrentParts);
        set(straightToS3From, size -> builder.straightToS3From(size.toBytes()));
        set(trust, builder::trust);
        return builder;
    }

    private static <V> void set(@Nullable V value, Consumer<V> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
