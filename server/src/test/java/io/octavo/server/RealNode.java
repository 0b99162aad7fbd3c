package io.octavo.server;

import io.octavo.local.LocalCassandra;
import io.octavo.local.Ports;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.TestCassandra;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole node in this process, over the Cassandra of the tests. Its store of large payloads is away. */
final class RealNode implements AutoCloseable {
    private static final String CONTACT_POINTS = "--octavo.cassandra.contact-points=";

    private final int http;
    private final int grpc;
    private final ConfigurableApplicationContext context;

    private RealNode(int http, int grpc, ConfigurableApplicationContext context) {
        this.http = http;
        this.grpc = grpc;
        this.context = context;
    }

    /** One with all roles, unless the arguments say otherwise. */
    static RealNode start(String... more) {
        SpringApplication application = new SpringApplication(OctavoServer.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        int http = freePort();
        int grpc = freePort();
        return new RealNode(
                http, grpc, application.run(arguments(http, grpc, more).toArray(String[]::new)));
    }

    /** What such a node is told; what is said more stands in place of what is said here. */
    static List<String> arguments(int http, int grpc, String... more) {
        List<String> arguments = new ArrayList<>();
        if (Stream.of(more).noneMatch(argument -> argument.startsWith(CONTACT_POINTS))) {
            CassandraConfig cassandra = TestCassandra.config(TestCassandra.shared());
            arguments.add(CONTACT_POINTS + cassandra.contactPoints().get(0));
            arguments.add("--octavo.cassandra.keyspace=" + cassandra.keyspace());
        }
        arguments.addAll(List.of(
                "--logging.level.root=WARN",
                "--server.port=" + http,
                "--octavo.grpc.endpoint=127.0.0.1:" + grpc,
                "--octavo.cassandra.local-datacenter=" + LocalCassandra.DATACENTRE,
                "--octavo.cassandra.replication=1",
                "--octavo.payload.connect-timeout=100ms",
                "--octavo.payload.attempts=1",
                "--octavo.housekeeping.retention.settle=0s",
                "--octavo.regions[0].name=eu",
                "--octavo.regions[0].s3.endpoint=http://127.0.0.1:1",
                "--octavo.regions[0].s3.bucket=octavo",
                "--octavo.regions[0].s3.access-key=key",
                "--octavo.regions[0].s3.secret-key=secret"));
        for (String argument : more) {
            String key = argument.substring(0, argument.indexOf('=') + 1);
            arguments.removeIf(other -> other.startsWith(key));
            arguments.add(argument);
        }
        return arguments;
    }

    /** A port that is free now, that nobody here was given before, and that no outgoing connection is likely to get. */
    static int freePort() {
        return Ports.free();
    }

    int http() {
        return http;
    }

    int grpc() {
        return grpc;
    }

    URI base(String scheme) {
        return URI.create(scheme + "://127.0.0.1:" + http);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
