package io.octavo.server.cassandra;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.ConstructorBinding;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the metadata store is: {@code octavo.cassandra.*}.
 *
 * @param contactPoints   {@code host:port} of some of its nodes
 * @param localDatacenter the datacentre whose nodes this process talks to
 * @param keyspace        the keyspace of this installation; made at start if there is none
 * @param replication     for a keyspace made at start: copies per datacentre, as {@code dc1:3,dc2:3}; a bare number is
 *     for the local datacentre
 * @param username        empty = no authentication
 * @param password        of that user
 * @param requestTimeout  how long the driver waits for an answer; above Cassandra's own time-outs, so that what
 *     looks timed out does not land later unnoticed
 * @param tls             how connections are encrypted, and the nodes' identity checked
 */
@ConfigurationProperties("octavo.cassandra")
public record CassandraConfig(
        @DefaultValue("127.0.0.1:9042") List<String> contactPoints,
        @DefaultValue("dc1") String localDatacenter,
        @DefaultValue("octavo") String keyspace,
        @DefaultValue("3") String replication,
        @DefaultValue("") String username,
        @DefaultValue("") String password,
        @DefaultValue("12s") Duration requestTimeout,
        @DefaultValue CassandraTls tls) {
    private static final Pattern HOST_PORT = Pattern.compile("\\[?[A-Za-z0-9._:-]+]?:[0-9]{1,5}");
    private static final Pattern KEYSPACE = Pattern.compile("[a-z][a-z0-9_]{0,47}");
    private static final Pattern COPIES = Pattern.compile("(([A-Za-z0-9._-]+):)?([1-9][0-9]?)");
    /** Above the 10 s that Cassandra gives range reads by default, its longest time-out on our paths. */
    private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(11);

    @ConstructorBinding
    public CassandraConfig {
        contactPoints = List.copyOf(contactPoints);
        if (contactPoints.isEmpty()) {
            throw new InvalidField("octavo.cassandra.contact-points", "(none)", "at least one host:port");
        }
        for (String point : contactPoints) {
            if (!HOST_PORT.matcher(point).matches()) {
                throw new InvalidField("octavo.cassandra.contact-points", point, "host:port");
            }
        }
        if (localDatacenter.isBlank()) {
            throw new InvalidField("octavo.cassandra.local-datacenter", localDatacenter, "a datacentre's name");
        }
        if (!KEYSPACE.matcher(keyspace).matches()) {
            throw new InvalidField(
                    "octavo.cassandra.keyspace", keyspace, "a letter, then up to 47 of a-z, 0-9 and underscore");
        }
        if (requestTimeout.compareTo(LEAST_TIMEOUT) < 0) {
            throw new InvalidField(
                    "octavo.cassandra.request-timeout",
                    requestTimeout,
                    "at least " + LEAST_TIMEOUT + ", above Cassandra's own time-outs");
        }
        copies(replication, localDatacenter);
    }

    /** Without TLS. */
    public CassandraConfig(
            List<String> contactPoints,
            String localDatacenter,
            String keyspace,
            String replication,
            String username,
            String password,
            Duration requestTimeout) {
        this(
                contactPoints,
                localDatacenter,
                keyspace,
                replication,
                username,
                password,
                requestTimeout,
                CassandraTls.NONE);
    }

    /** Copies per datacentre. */
    Map<String, Integer> copies() {
        return copies(replication, localDatacenter);
    }

    @Override
    public String toString() {
        return "CassandraConfig[contactPoints=" + contactPoints + ", localDatacenter=" + localDatacenter + ", keyspace="
                + keyspace + ", replication=" + replication + ", requestTimeout=" + requestTimeout + ", tls=" + tls
                + "]";
    }

    private static Map<String, Integer> copies(String replication, String localDatacenter) {
        Map<String, Integer> copies = new LinkedHashMap<>();
        for (String one : replication.split(",", -1)) {
            var match = COPIES.matcher(one.strip());
            if (!match.matches()) {
                throw new InvalidField(
                        "octavo.cassandra.replication", replication, "datacentre:copies, separated by commas");
            }
            @Nullable String datacenter = match.group(2);
            copies.put(datacenter == null ? localDatacenter : datacenter, Integer.parseInt(match.group(3)));
        }
        return copies;
    }
}
