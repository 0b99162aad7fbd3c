package io.octavo.client;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.tls.Authorities;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a client is to be. Either {@link #server} or endpoints are needed; the rest has defaults. Wrong values are refused
 * at once with an {@link IllegalArgumentException} that says what was expected. Not for use by several threads.
 */
public final class OctavoClientBuilder {
    /** What the service allows. */
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(30);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int LONGEST_NAME = 255;

    private @Nullable URI server;
    private List<String> subscribeEndpoints = List.of();
    private List<String> publishEndpoints = List.of();
    private String region = "";
    private String app = "";
    private String cluster = "";
    private @Nullable String instance;
    private @Nullable String who;
    private @Nullable Supplier<String> token;
    private Duration pollInterval = Duration.ofSeconds(30);
    private Duration hold = LONGEST_HOLD;
    private Duration requestTimeout = Duration.ofSeconds(10);
    private Duration transferTimeout = HOUR;
    private int concurrentLoads = 1;
    private Transfers transfers = Transfers.DEFAULT;
    private @Nullable Path cacheDirectory;
    private long cacheLimit = StartConfig.DEFAULT.cacheLimit();
    private int cacheVersions = StartConfig.DEFAULT.keep();
    private List<Fallback> fallback = List.of();
    private Duration fallbackAfter = StartConfig.DEFAULT.patience();
    private final Map<String, Long> overrides = new LinkedHashMap<>();
    private @Nullable Authorities trusted;
    private ClientMetrics metrics = ClientMetrics.NONE;
    private Function<ClientConfig, OctavoClient> assembly = config -> new OctavoClient(config, World.real());

    OctavoClientBuilder() {}

    /** The HTTP address of any server, which is asked for the nodes to use, such as {@code http://127.0.0.1:8080}. */
    public OctavoClientBuilder server(URI address) {
        server = Bounds.server(address);
        return this;
    }

    /**
     * The subscribe nodes to use, each {@code host:port}, or {@code https://host:port} where it is to be TLS, instead of
     * asking the server for them.
     */
    public OctavoClientBuilder subscribeEndpoints(List<String> endpoints) {
        endpoints.forEach(endpoint -> Bounds.endpoint("subscribeEndpoints", endpoint));
        subscribeEndpoints = List.copyOf(endpoints);
        return this;
    }

    /**
     * The publish nodes to use, each {@code host:port}, or {@code https://host:port} where it is to be TLS, instead of
     * asking the server for them.
     */
    public OctavoClientBuilder publishEndpoints(List<String> endpoints) {
        endpoints.forEach(endpoint -> Bounds.endpoint("publishEndpoints", endpoint));
        publishEndpoints = List.copyOf(endpoints);
        return this;
    }

    /** The region that this process runs in; nodes of it are preferred. Default: none, only global scopes match. */
    public OctavoClientBuilder region(String name) {
        region = Bounds.label("region", name);
        return this;
    }

    /** The application that this process belongs to. */
    public OctavoClientBuilder app(String name) {
        app = Bounds.label("app", name);
        return this;
    }

    /** The cluster, of the application, that this process belongs to. */
    public OctavoClientBuilder cluster(String name) {
        cluster = Bounds.label("cluster", name);
        return this;
    }

    /** Names this process within its cluster. Default: the host name. */
    public OctavoClientBuilder instance(String name) {
        instance = Bounds.text("instance", name, LONGEST_NAME);
        return this;
    }

    /** Who publishes, for the audit trail. Default: {@code user@host}. */
    public OctavoClientBuilder who(String name) {
        who = Bounds.text("who", name, LONGEST_NAME);
        return this;
    }

    /** The token that this process signs in with; {@link #token(Supplier)} is for one that changes. Default: none. */
    public OctavoClientBuilder token(String bearer) {
        Objects.requireNonNull(bearer, "token");
        return token(() -> bearer);
    }

    /**
     * Gives the token that this process signs in with: asked at each call, by several threads, so that it may change;
     * it should answer at once. Is it not good, calls fail with {@code UNAUTHENTICATED}, values stay as they are, and
     * the next poll shows the token of then.
     */
    public OctavoClientBuilder token(Supplier<String> bearer) {
        token = Objects.requireNonNull(bearer, "token");
        return this;
    }

    /**
     * Time from one poll to the next where polls are not held, see {@link #heldPolls}, spread by 10 %. Default: 30 s;
     * from 0.1 s to an hour. What the service asks for goes before it.
     */
    public OctavoClientBuilder pollInterval(Duration interval) {
        pollInterval = Bounds.duration("pollInterval", interval, Duration.ofMillis(100), HOUR);
        return this;
    }

    /**
     * Whether polls wait at the service until there is something new, up to 30 s: as many calls as without, and what is
     * published arrives within a fraction of a second. Default: true. Where the service doesn't hold them, or something
     * between here and the service breaks them off, this client polls every {@link #pollInterval} by itself.
     */
    public OctavoClientBuilder heldPolls(boolean held) {
        hold = held ? LONGEST_HOLD : Duration.ZERO;
        return this;
    }

    /** Time for a call that carries no payload, and to open a connection. Default: 10 s; from 0.1 s to 5 minutes. */
    public OctavoClientBuilder requestTimeout(Duration timeout) {
        requestTimeout = Bounds.duration("requestTimeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(5));
        return this;
    }

    /**
     * Time for one upload, and for the download of one version with all its attempts. Default: an hour; from a second
     * to a day. Transfers in which nothing moves for 30 s end before.
     */
    public OctavoClientBuilder transferTimeout(Duration timeout) {
        transferTimeout = Bounds.duration("transferTimeout", timeout, Duration.ofSeconds(1), Duration.ofDays(1));
        return this;
    }

    /**
     * How many versions, of different topics, may be downloaded and deserialized at once. Default: 1, so that memory is
     * needed for one value in the making only; up to 64.
     */
    public OctavoClientBuilder concurrentLoads(int count) {
        concurrentLoads = Bounds.number("concurrentLoads", count, 1, 64);
        return this;
    }

    /**
     * Payloads of at least so many bytes are put straight into the S3 stores when they are published, by addresses that a
     * node signs, rather than sent through a node. Default: 16 MiB; from 1 MiB.
     */
    public OctavoClientBuilder straightToS3From(long bytes) {
        if (bytes < 1 << 20) {
            throw new InvalidField("straightToS3From", bytes, "1 MiB or more");
        }
        transfers = new Transfers(bytes, transfers.concurrent());
        return this;
    }

    /**
     * Where payloads are kept: those of the last two versions that each subscription has run, of the one that it is
     * pinned to, and those in use of more than 1 MiB, with what is known of each topic. A start without the service, and
     * a way back to a version that was run before, need no download then. Several processes can share a directory, but
     * not those of different installations. Default: none; what is in use is in a temporary directory, removed when the
     * client is closed, or else by this user's next one, and nothing is kept.
     */
    public OctavoClientBuilder cacheDirectory(Path directory) {
        cacheDirectory = Objects.requireNonNull(directory, "directory");
        return this;
    }

    /**
     * How many bytes of payloads may be in the cache directory, downloads under way included: if there are more, what
     * was run longest ago goes. What is in use stays in any case. Default: 10 GiB; from 1 MiB.
     */
    public OctavoClientBuilder cacheLimit(long bytes) {
        if (bytes < 1 << 20) {
            throw new InvalidField("cacheLimit", bytes, "1048576 or more bytes");
        }
        cacheLimit = bytes;
        return this;
    }

    /** How many versions of each topic are kept in the cache directory, beside the pinned one. Default: 2; 1 to 100. */
    public OctavoClientBuilder cacheVersions(int count) {
        cacheVersions = Bounds.number("cacheVersions", count, 1, 100);
        return this;
    }

    /**
     * How many parts of large payloads may be on their way to or from S3 at once, of all versions that are published or
     * downloaded by explicit calls. Default: 4; up to 64.
     */
    public OctavoClientBuilder concurrentParts(int count) {
        transfers = new Transfers(transfers.straightFrom(), Bounds.number("concurrentParts", count, 1, 64));
        return this;
    }

    /**
     * Buckets with the newest state of every topic, which are asked, the first one first, when the service is away; the
     * newest state that any of them has counts. Default: none.
     *
     * @throws IllegalStateException if the AWS SDK, which the client brings, was left out of the class path
     */
    public OctavoClientBuilder fallback(Fallback... regions) {
        if (!ClassPath.has("software.amazon.awssdk.services.s3.S3Client")
                || !ClassPath.has("software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient")) {
            throw new IllegalStateException("fallback: no AWS SDK on the class path (expected:"
                    + " software.amazon.awssdk:s3 and url-connection-client, as octavo-client brings them)");
        }
        fallback = List.of(regions);
        return this;
    }

    /**
     * How long a subscription without a value waits for the service alone, unless two polls fail before: then the
     * fallback cache and the cache directory are asked too. Default: 5 s; from 0, which asks them at once, to an hour.
     */
    public OctavoClientBuilder fallbackAfter(Duration patience) {
        fallbackAfter = Bounds.duration("fallbackAfter", patience, Duration.ZERO, HOUR);
        return this;
    }

    /**
     * Makes this process run a version of a topic, whatever the service says: the way out when nothing can be written
     * there. It may come from the cache directory, the service or the fallback cache, and is reported as overridden.
     * The variable {@code OCTAVO_CLIENT_OVERRIDES=topic=version,…} and system properties {@code
     * octavo.client.overrides.TOPIC=VERSION} do the same, and go before this.
     */
    public OctavoClientBuilder override(String topic, long version) {
        overrides.put(TopicNames.check(topic), Overrides.version("override", Long.toString(version)));
        return this;
    }

    /**
     * A file, in PEM, of certificate authorities that are believed about servers, nodes and stores, beside those that
     * the Java runtime knows. It is read now, and never again.
     */
    public OctavoClientBuilder trust(Path authorities) {
        trusted = Authorities.read("trust", authorities);
        return this;
    }

    /** Is told what the client does. Default: nobody is. */
    public OctavoClientBuilder metrics(ClientMetrics told) {
        metrics = Objects.requireNonNull(told, "metrics");
        return this;
    }

    /**
     * The client. Touches neither network nor disk: connections open at the first subscription or publish.
     *
     * @throws IllegalArgumentException if it was not said where the service is
     */
    public OctavoClient build() {
        return assembly.apply(config());
    }

    /** For the test kit: what is built is what this makes. */
    OctavoClientBuilder assembledBy(Function<ClientConfig, OctavoClient> maker) {
        assembly = maker;
        return this;
    }

    ClientConfig config() {
        return new ClientConfig(
                server,
                subscribeEndpoints,
                publishEndpoints,
                region,
                app,
                cluster,
                instance,
                who,
                token,
                Limits.of(requestTimeout, transferTimeout, pollInterval, hold),
                concurrentLoads,
                transfers,
                new StartConfig(
                        cacheDirectory,
                        cacheLimit,
                        cacheVersions,
                        fallback,
                        Overrides.of(overrides, System.getenv(), System.getProperties()),
                        fallbackAfter),
                trusted,
                metrics);
    }
}
