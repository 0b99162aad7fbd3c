package io.octavo.client;

import io.octavo.protocol.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who this process is to the service. What is not configured is found out at the first use. */
final class Identity {
    private final ClientConfig config;
    private final Supplier<String> hostName;
    private @Nullable String host;

    Identity(ClientConfig config, Supplier<String> hostName) {
        this.config = config;
        this.hostName = hostName;
    }

    Consumer consumer() {
        String instance = config.instance();
        return Consumer.newBuilder()
                .setRegion(config.region())
                .setApp(config.app())
                .setCluster(config.cluster())
                .setInstance(instance == null ? host() : instance)
                .build();
    }

    /** user@host. */
    String who() {
        String who = config.who();
        return who == null ? System.getProperty("user.name", "unknown") + "@" + host() : who;
    }

    private synchronized String host() {
        String known = host;
        if (known == null) {
            known = hostName.get();
            host = known;
        }
        return known;
    }
}
