package io.octavo.test;

import io.octavo.client.OctavoClient;
import java.net.URI;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server for JUnit: for each test, or for all tests of a class, those nested in it included, if the field is static.
 *
 * <pre>{@code
 * @RegisterExtension
 * final OctavoExtension octavo = new OctavoExtension();
 *
 * @Test
 * void pricesAreFollowed() throws Exception {
 *     octavo.server().publish("prices", "{\"EUR\":1.0}");
 *     Shop shop = new Shop(octavo.client());
 *     ...
 *     octavo.server().rollback("prices");
 * }
 * }</pre>
 */
public final class OctavoExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final String SERVER = "OCTAVO_TEST_SERVER";

    private final Supplier<OctavoTestServer> servers;
    private @Nullable OctavoTestServer server;
    private @Nullable OctavoClient client;
    /** Of the class whose tests all have the same server; null = each test has its own. */
    private @Nullable String sharing;

    /**
     * In memory, {@linkplain OctavoTestServer#start() started} each time; if the variable {@code OCTAVO_TEST_SERVER} has the
     * HTTP address of a server that runs, that one: see {@link OctavoTestServer#at}.
     */
    public OctavoExtension() {
        this(where(System.getenv(SERVER)));
    }

    private OctavoExtension(Supplier<OctavoTestServer> servers) {
        this.servers = servers;
    }

    /** In memory, whatever the environment says: for tests that take the server away. */
    public static OctavoExtension inMemory() {
        return new OctavoExtension(OctavoTestServer::start);
    }

    /** On this server that runs. */
    public static OctavoExtension at(URI server) {
        return new OctavoExtension(() -> OctavoTestServer.at(server));
    }

    /** The server. */
    public synchronized OctavoTestServer server() {
        return Objects.requireNonNull(server, "the server runs from before each test to after it");
    }

    /** A client of the server, without region and app, which is closed with it. */
    public synchronized OctavoClient client() {
        OctavoClient known = client;
        if (known == null) {
            known = server().client().build();
            client = known;
        }
        return known;
    }

    @Override
    public synchronized void beforeAll(ExtensionContext context) {
        // JUnit calls this for the nested classes too, which share the server of the outer one.
        if (sharing == null) {
            server = servers.get();
            sharing = context.getUniqueId();
        }
    }

    @Override
    public synchronized void beforeEach(ExtensionContext context) {
        if (sharing == null) {
            server = servers.get();
        }
    }

    @Override
    public synchronized void afterEach(ExtensionContext context) {
        if (sharing == null) {
            close();
        }
    }

    @Override
    public synchronized void afterAll(ExtensionContext context) {
        if (context.getUniqueId().equals(sharing)) {
            sharing = null;
            close();
        }
    }

    /** @param running the address of a server; null or empty = in memory */
    static Supplier<OctavoTestServer> where(@Nullable String running) {
        if (running == null || running.isEmpty()) {
            return OctavoTestServer::start;
        }
        URI server = URI.create(running);
        return () -> OctavoTestServer.at(server);
    }

    private void close() {
        if (client != null) {
            client.close();
            client = null;
        }
        if (server != null) {
            OctavoTestServer used = server;
            server = null;
            used.close();
        }
    }
}
