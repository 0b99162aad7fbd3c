package io.octavo.test;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.OctavoException;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.rules.TopicNames;
import io.octavo.test.RestCalls.Answer;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A server that runs somewhere, written to by its REST API. Touches the topics that a test made, and no others. */
final class RunningServer implements OctavoTestServer {
    private static final String TOKEN = "OCTAVO_TEST_TOKEN";
    private static final String REASON = "reason=test";
    /** Somebody may publish meanwhile. */
    private static final int DELETIONS = 5;

    private final URI server;
    private final @Nullable String token;
    private final RestCalls rest;
    private final String address;
    private final Operator operator = new Operator(this::client);
    private final Set<String> claimed = new LinkedHashSet<>();

    private RunningServer(URI server, @Nullable String token, RestCalls rest, String address) {
        this.server = server;
        this.token = token;
        this.rest = rest;
        this.address = address;
    }

    static RunningServer at(URI server) {
        String token = System.getenv(TOKEN);
        RestCalls rest = new RestCalls(server, token, Operator.WHO);
        return new RunningServer(server, token, rest, endpoint(rest.get("/status"), server));
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public OctavoClientBuilder client() {
        OctavoClientBuilder builder = OctavoClient.builder().server(server);
        return token == null ? builder : builder.token(token);
    }

    @Override
    public synchronized void claim(String... topics) {
        for (String topic : topics) {
            if (!claimed.contains(TopicNames.check(topic))) {
                make(topic);
                claimed.add(topic);
            }
        }
    }

    @Override
    public long publish(String topic, String scope, byte[] payload) {
        claim(topic);
        return operator.publish(topic, scope, payload);
    }

    @Override
    public void pin(String topic, String scope, long version) {
        JsonObject body = reason();
        body.addProperty("version", version);
        rest.write("PUT", own(topic) + "/pins?" + scope(scope), body);
    }

    @Override
    public void unpin(String topic, String scope) {
        rest.write("DELETE", own(topic) + "/pins?" + scope(scope) + "&" + REASON, null);
    }

    @Override
    public void rollback(String topic) {
        rest.write("POST", own(topic) + "/rollback", reason());
    }

    @Override
    public void rollback(String topic, String scope, long to) {
        JsonObject body = reason();
        body.addProperty("scope", Scopes.format(Scopes.parse(scope)));
        body.addProperty("to", to);
        body.addProperty("keep", true);
        rest.write("POST", own(topic) + "/rollback", body);
    }

    @Override
    public void quarantine(String topic, long version) {
        rest.write("PUT", own(topic) + "/versions/" + version + "/quarantine?force=true&" + REASON, null);
    }

    @Override
    public void liftQuarantine(String topic, long version) {
        rest.write("DELETE", own(topic) + "/versions/" + version + "/quarantine?" + REASON, null);
    }

    @Override
    public void corrupt(String topic, long version) {
        throw inMemoryOnly("corrupt");
    }

    @Override
    public void stop() {
        throw inMemoryOnly("stop");
    }

    @Override
    public void restart() {
        throw inMemoryOnly("restart");
    }

    /** Deletes the topics that were claimed; tries all of them, and throws what the first one left behind was told. */
    @Override
    public synchronized void close() {
        operator.close();
        List<OctavoException> failures = new ArrayList<>();
        for (String topic : claimed) {
            try {
                delete(topic);
            } catch (OctavoException e) {
                failures.add(e);
            }
        }
        claimed.clear();
        if (!failures.isEmpty()) {
            OctavoException first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** Whoever of several tests makes it first has it: the others find another revision than they have seen. */
    private void make(String topic) {
        Answer found = rest.find(path(topic));
        boolean isFree = found == null || found.body().has("deleted");
        JsonObject settings = new JsonObject();
        settings.addProperty("description", "Of a test: it is deleted afterwards.");
        String revision = found == null ? "\"0\"" : found.etag();
        if (!isFree || !rest.writeIf(revision, "PUT", path(topic), settings)) {
            throw new InvalidField(
                    "topic",
                    topic,
                    "one that " + server + " doesn't have, for it is deleted after the test; left over from a test that"
                            + " died? octavo delete " + topic);
        }
    }

    private void delete(String topic) {
        for (int i = 0; i < DELETIONS; i++) {
            Answer found = rest.find(path(topic));
            if (found == null
                    || found.body().has("deleted")
                    || rest.writeIf(found.etag(), "DELETE", path(topic) + "?" + REASON, null)) {
                return;
            }
        }
        throw OctavoException.of(
                ErrorCode.STALE_REVISION,
                topic + ": not deleted, for somebody goes on changing it; octavo delete " + topic);
    }

    /** The path of a topic that may be touched. */
    private synchronized String own(String topic) {
        if (!claimed.contains(TopicNames.check(topic))) {
            throw new InvalidField("topic", topic, "one that this test has published to, or claimed");
        }
        return path(topic);
    }

    private static String path(String topic) {
        return "/topics/" + topic;
    }

    private static String scope(String scope) {
        return "scope=" + URLEncoder.encode(Scopes.format(Scopes.parse(scope)), StandardCharsets.UTF_8);
    }

    private static JsonObject reason() {
        JsonObject body = new JsonObject();
        body.addProperty("reason", "test");
        return body;
    }

    private UnsupportedOperationException inMemoryOnly(String call) {
        return new UnsupportedOperationException(
                call + ": not on " + server + ", which is not this test's alone (expected: a server in memory)");
    }

    /** Of a node that does what tests call. */
    private static String endpoint(JsonObject status, URI server) {
        for (JsonElement element : status.getAsJsonArray("nodes")) {
            JsonObject node = element.getAsJsonObject();
            JsonArray roles = node.getAsJsonArray("roles");
            if (roles.contains(new JsonPrimitive("publish")) && roles.contains(new JsonPrimitive("subscribe"))) {
                return (node.get("grpcTls").getAsBoolean() ? "https://" : "")
                        + node.get("grpc").getAsString();
            }
        }
        throw OctavoException.of(
                ErrorCode.UNAVAILABLE, server + ": no node (expected: one with the roles publish and subscribe)");
    }
}
