package io.octavo.client;

import java.time.Duration;

/** Clients that wait less, so that tests of failures are quick. */
final class QuickClients {
    private QuickClients() {}

    static OctavoClient build(OctavoClientBuilder builder) {
        ClientConfig config = builder.config();
        Limits usual = config.limits();
        Limits limits = new Limits(
                usual.request(),
                Duration.ofMillis(1_500),
                usual.transfer(),
                usual.downloads(),
                5,
                new Backoff(Duration.ofMillis(5), Duration.ofMillis(20)),
                usual.reload(),
                usual.pollRetry(),
                usual.pollPeriod(),
                usual.hold());
        ClientConfig quick = new ClientConfig(
                config.server(),
                config.subscribeEndpoints(),
                config.publishEndpoints(),
                config.region(),
                config.app(),
                config.cluster(),
                config.instance(),
                config.who(),
                config.token(),
                limits,
                config.concurrentLoads(),
                config.transfers(),
                config.start(),
                config.trusted(),
                config.metrics());
        return new OctavoClient(quick, World.real());
    }
}
