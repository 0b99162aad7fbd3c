package io.octavo.server.publish;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.publish.*}: how versions are taken in.
 *
 * @param inFlight    how many publishes this node carries out at once; more are refused with a time to come back
 * @param idleTimeout how long a gRPC publish may send nothing before it is given up; REST has
 *     {@code server.tomcat.connection-timeout}
 */
@ConfigurationProperties("octavo.publish")
public record PublishConfig(
        @DefaultValue("64") int inFlight,
        @DefaultValue("30s") Duration idleTimeout) {
    private static final int MOST_IN_FLIGHT = 10_000;
    private static final Duration SHORTEST_IDLE = Duration.ofMillis(10);
    private static final Duration LONGEST_IDLE = Duration.ofMinutes(10);

    public PublishConfig {
        if (inFlight < 1 || inFlight > MOST_IN_FLIGHT) {
            throw new InvalidField("octavo.publish.in-flight", inFlight, "1…" + MOST_IN_FLIGHT);
        }
        if (idleTimeout.compareTo(SHORTEST_IDLE) < 0 || idleTimeout.compareTo(LONGEST_IDLE) > 0) {
            throw new InvalidField("octavo.publish.idle-timeout", idleTimeout, SHORTEST_IDLE + "…" + LONGEST_IDLE);
        }
    }
}
