package io.octavo.test;

import io.octavo.client.OctavoClient;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server in memory for JUnit: one for each test, or for all tests of a class if the field is static.
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
    private @Nullable OctavoTestServer server;
    private @Nullable OctavoClient client;
    private boolean forAll;

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
        forAll = true;
        server = OctavoTestServer.start();
    }

    @Override
    public synchronized void beforeEach(ExtensionContext context) {
        if (!forAll) {
            server = OctavoTestServer.start();
        }
    }

    @Override
    public synchronized void afterEach(ExtensionContext context) {
        if (!forAll) {
            close();
        }
    }

    @Override
    public synchronized void afterAll(ExtensionContext context) {
        if (forAll) {
            close();
        }
    }

    private void close() {
        if (client != null) {
            client.close();
            client = null;
        }
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
