package io.octavo.client;

import io.octavo.rules.InvalidField;
import io.octavo.tls.Authorities;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a client was built with; see {@link OctavoClientBuilder} for the meaning of each. */
record ClientConfig(
        @Nullable URI server,
        List<String> subscribeEndpoints,
        List<String> publishEndpoints,
        String region,
        String app,
        String cluster,
        @Nullable String instance,
        @Nullable String who,
        @Nullable Supplier<String> token,
        Limits limits,
        int concurrentLoads,
        Transfers transfers,
        StartConfig start,
        @Nullable Authorities trusted,
        ClientMetrics metrics) {
    ClientConfig {
        subscribeEndpoints = List.copyOf(subscribeEndpoints);
        publishEndpoints = List.copyOf(publishEndpoints);
        if (server == null && subscribeEndpoints.isEmpty() && publishEndpoints.isEmpty()) {
            throw new InvalidField("server", "none", "server(…), or subscribeEndpoints(…) and publishEndpoints(…)");
        }
    }
}
