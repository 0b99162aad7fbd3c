package io.octavo.server.grpc;

import io.octavo.rules.InvalidField;
import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the gRPC server listens, and what it takes from callers.
 *
 * @param endpoint          host:port to bind; port 0 = the system chooses one
 * @param maxMessage        the largest request message
 * @param maxHeaders        the largest header list of a call
 * @param callsPerConnection calls that one connection may have running at once
 * @param maxCalls          calls other than polls that may be running at once on the node; of one method, three quarters
 * @param workerThreads     threads that run calls other than polls
 * @param keepAlive         an idle connection is probed after this long, and closed if it is dead
 * @param requestTimeout    how long a call may take to bring its request, or a stream its first message
 * @param drain             how long calls may go on once the server stops
 */
@ConfigurationProperties("octavo.grpc")
public record GrpcConfig(
        @DefaultValue("127.0.0.1:9090") String endpoint,
        @DefaultValue("4MB") DataSize maxMessage,
        @DefaultValue("16KB") DataSize maxHeaders,
        @DefaultValue("100") int callsPerConnection,
        @DefaultValue("1000") int maxCalls,
        @DefaultValue("16") int workerThreads,
        @DefaultValue("60s") Duration keepAlive,
        @DefaultValue("30s") Duration requestTimeout,
        @DefaultValue("10s") Duration drain) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.grpc.");

    /** Refuses values that make no working server. */
    public GrpcConfig {
        Endpoint.parse(endpoint);
        KEYS.check("max-message", maxMessage, inside(maxMessage.toBytes(), 64 << 10, 64 << 20), "64KB to 64MB");
        KEYS.check("max-headers", maxHeaders, inside(maxHeaders.toBytes(), 1 << 10, 1 << 20), "1KB to 1MB");
        KEYS.check("calls-per-connection", callsPerConnection, inside(callsPerConnection, 1, 100_000), "1 to 100000");
        KEYS.check("max-calls", maxCalls, inside(maxCalls, 1, 100_000), "1 to 100000");
        KEYS.check("worker-threads", workerThreads, inside(workerThreads, 1, 1000), "1 to 1000");
        KEYS.check("keep-alive", keepAlive, inside(keepAlive.toMillis(), 1000, 86_400_000), "1s to 24h");
        KEYS.check("request-timeout", requestTimeout, inside(requestTimeout.toMillis(), 10, 600_000), "10ms to 10m");
        KEYS.check("drain", drain, inside(drain.toMillis(), 0, 600_000), "0s to 10m");
    }

    /** The name or address of {@link #endpoint}, without its port. */
    public String host() {
        return Endpoint.parse(endpoint).host();
    }

    private static boolean inside(long value, long from, long to) {
        return value >= from && value <= to;
    }

    /** Where to listen. */
    record Endpoint(String host, int port) {
        static Endpoint parse(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? "" : text.substring(0, colon);
            String port = text.substring(colon + 1);
            boolean number =
                    !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            if (host.isEmpty()
                    || !number
                    || Integer.parseInt(port) > 65_535
                    || (host.indexOf(':') >= 0 && !bracketed)) {
                throw new InvalidField("octavo.grpc.endpoint", text, "host:port, as 127.0.0.1:9090 or [::1]:9090");
            }
            return new Endpoint(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
        }
    }
}
