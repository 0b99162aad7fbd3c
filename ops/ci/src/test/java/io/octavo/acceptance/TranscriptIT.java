package io.octavo.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.octavo.acceptance.Command.Ran;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Three people at work on an installation that asks who they are: each of them by REST and by the command line. */
@TestInstance(Lifecycle.PER_CLASS)
final class TranscriptIT {
    private static final String ADMIN = "octavo_" + (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
    private static final String SHOP = "--topics=shop-*";

    private @Nullable Stack stack;
    private @Nullable Rest rest;

    @BeforeAll
    void start() throws Exception {
        stack = Stack.start(Map.of(
                "OCTAVO_SECURITY_ENABLED",
                "true",
                "OCTAVO_SECURITY_ADMIN_TOKEN_SHA256",
                Sha256.of(ADMIN.getBytes(UTF_8))));
        rest = new Rest(stack);
    }

    @AfterAll
    void stop() throws IOException {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void aJobStagesAsksPublishesAndReadsBackByTheCommandLine() throws Exception {
        String job = token("job-cli", "publisher");
        Path folder = stack().newFolder();
        Path first = Files.writeString(folder.resolve("first.json"), "{\"a\":1}");
        Path second = Files.writeString(folder.resolve("second.json"), "{\"a\":2}");

        JsonObject staged = json(as(job, "publish", "shop-prices", first.toString(), "--stage", "--json"));
        assertThat(staged.get("state").getAsString()).isEqualTo("STAGED");
        as(job, "scopes", "add", "shop-prices", "1", "--scope", "*", "--yes").done();

        Ran asked = as(job, "publish", "shop-prices", second.toString(), "--dry-run")
                .done();
        assertThat(asked.out() + asked.err()).contains("local at ").containsPattern("\\* .*1.*2");
        assertThat(latest(job, "shop-prices")).isEqualTo(1);

        as(job, "publish", "shop-prices", second.toString()).done();
        as(job, "publish", "shop-devices", second.toString(), "--meta", "build=7")
                .done();
        assertThat(latest(job, "shop-prices")).isEqualTo(2);

        Path back = folder.resolve("back.json");
        as(job, "get", "shop-prices", "--version", "1", "-o", back.toString()).done();
        assertThat(back).hasSameTextualContentAs(first);
        Ran refused = as(job, "publish", "other-prices", first.toString());
        assertThat(refused.status()).as("%s", refused).isEqualTo(1);
        assertThat(refused.err()).contains("other-prices");

        as(ADMIN, "settings", "shop-prices", "--set", "validation.format=json", "--yes")
                .done();
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"a\":");
        Ran invalid = as(job, "publish", "shop-prices", broken.toString());
        assertThat(invalid.status()).as("%s", invalid).isEqualTo(1);
        assertThat(invalid.err()).contains("VALIDATION_FAILED", "payload");
        assertThat(latest(job, "shop-prices")).isEqualTo(2);
    }

    @Test
    void aJobStagesAsksPublishesAndReadsBackByRest() throws Exception {
        String job = token("job-rest", "publisher");
        JsonObject staged = publish(job, "shop-weights", "stage=true", "one");
        assertThat(staged.get("state").getAsString()).isEqualTo("STAGED");
        call(job, "PUT", "/topics/shop-weights/versions/1/scopes?scope=*", null);

        JsonObject asked = publish(job, "shop-weights", "dryRun=true", "two");
        assertThat(asked.get("dryRun").getAsBoolean()).isTrue();
        assertThat(asked.get("impact").toString()).isEqualTo("[{\"scope\":\"*\",\"from\":1,\"to\":2,\"instances\":0}]");
        assertThat(latest(job, "shop-weights")).isEqualTo(1);

        assertThat(publish(job, "shop-weights", "", "two").get("version").getAsLong())
                .isEqualTo(2);
        assertThat(publish(job, "shop-flags", "meta=build=7", "on")
                        .get("version")
                        .getAsLong())
                .isEqualTo(1);
        HttpResponse<byte[]> old = send(job, "GET", "/topics/shop-weights/versions/1/payload", null);
        assertThat(new String(old.body(), UTF_8)).isEqualTo("one");
        assertRefused(send(job, "POST", "/topics/other/versions", "one"), 403, "PERMISSION_DENIED");

        call(ADMIN, "PATCH", "/topics/shop-flags", "{\"validation\":{\"maxSize\":2}}");
        assertRefused(send(job, "POST", "/topics/shop-flags/versions", "off"), 422, "VALIDATION_FAILED");
        assertThat(latest(job, "shop-flags")).isEqualTo(1);

        CompletableFuture<HttpResponse<byte[]>> next = nextLatest(job, "shop-flags");
        publish(job, "shop-flags", "", "no");
        assertThat(Rest.json(next.get(5, TimeUnit.SECONDS)).get("version").getAsLong())
                .isEqualTo(2);
    }

    /** Waits for another version than the latest, as a script would. */
    private CompletableFuture<HttpResponse<byte[]>> nextLatest(String token, String topic) throws Exception {
        String path = "/topics/" + topic + "/latest";
        String etag =
                send(token, "GET", path, null).headers().firstValue("ETag").orElseThrow();
        HttpRequest request = rest().request(path)
                .header("Authorization", "Bearer " + token)
                .header("If-None-Match", etag)
                .header("Prefer", "wait=25")
                .build();
        return CompletableFuture.supplyAsync(() -> {
            try {
                return rest().send(request);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void anOperatorFindsRollsBackAndTakesItBackByTheCommandLine() throws Exception {
        publish(ADMIN, "shop-night", "", "good");
        publish(ADMIN, "shop-night", "", "bad");
        String night = token("night-cli", "operator");

        assertThat(as(night, "changes", "--since", "1h").done().out()).contains("shop-night");
        assertThat(as(night, "explain", "shop-night", "--app", "web").done().out())
                .contains("2");
        Ran asked = as(night, "rollback", "shop-night", "--reason", "broken", "--dry-run")
                .done();
        assertThat(asked.out() + asked.err()).contains("local at ").containsPattern("\\* .*2.*1");
        assertThat(latest(night, "shop-night")).isEqualTo(2);

        JsonObject back = json(as(night, "rollback", "shop-night", "--reason", "broken", "--yes", "--json"));
        assertThat(back.get("quarantined").getAsLong()).isEqualTo(2);
        assertThat(latest(night, "shop-night")).isEqualTo(1);

        for (String command : back.get("undo").getAsString().split(" && ", -1)) {
            String line = command.replaceFirst(
                            "octavo", stack().root().resolve("octavo").toString()) + " --yes";
            stack().run(stack().newFolder(), Map.of("OCTAVO_TOKEN", night), List.of("sh", "-c", line))
                    .done();
        }
        assertThat(latest(night, "shop-night")).isEqualTo(2);
        assertThat(as(night, "audit", "shop-night").done().out()).contains("broken", "token:night-cli");
    }

    @Test
    void anOperatorFindsRollsBackAndTakesItBackByRest() throws Exception {
        publish(ADMIN, "shop-late", "", "good");
        publish(ADMIN, "shop-late", "", "bad");
        String night = token("night-rest", "operator");

        assertThat(texts(call(night, "GET", "/events?topic=shop-late", null).getAsJsonArray("events"), "kind"))
                .containsExactly("PUBLISHED", "PUBLISHED");
        assertThat(call(night, "GET", "/topics/shop-late/explain?app=web", null)
                        .get("version")
                        .getAsLong())
                .isEqualTo(2);
        JsonObject asked = call(night, "POST", "/topics/shop-late/rollback?dryRun=true", "{\"reason\":\"broken\"}");
        assertThat(asked.get("moves").toString()).isEqualTo("[{\"scope\":\"*\",\"from\":2,\"to\":1,\"instances\":0}]");
        assertThat(latest(night, "shop-late")).isEqualTo(2);

        call(night, "POST", "/topics/shop-late/rollback", "{\"reason\":\"broken\"}");
        assertThat(latest(night, "shop-late")).isEqualTo(1);
        call(night, "DELETE", "/topics/shop-late/versions/2/quarantine?reason=undo", null);
        call(night, "DELETE", "/topics/shop-late/pins?scope=*&reason=undo", null);
        assertThat(latest(night, "shop-late")).isEqualTo(2);
        assertThat(texts(call(night, "GET", "/topics/shop-late/events", null).getAsJsonArray("events"), "by"))
                .startsWith("token:night-rest", "token:night-rest", "token:night-rest");
    }

    @Test
    void anAdministratorGivesAndTakesRightsByTheCommandLine() throws Exception {
        String reader = token("reader-cli", "reader");
        publish(ADMIN, "shop-open", "", "one");
        as(reader, "get", "shop-open", "-o", stack().newFolder().resolve("f").toString())
                .done();
        Ran refused = as(reader, "pin", "shop-open", "1", "--scope", "*", "--reason", "mine", "--yes");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("operator");
        assertThat(as(ADMIN, "token", "list").done().out())
                .contains("reader-cli")
                .doesNotContain(reader);

        assertThat(as(ADMIN, "housekeeping", "run", "expiry").done().out()).contains("expiry");
        assertThat(as(reader, "housekeeping", "run", "expiry").status()).isEqualTo(1);

        as(ADMIN, "token", "revoke", "reader-cli", "--reason", "left", "--yes").done();
        assertThat(as("", "topics").status()).isEqualTo(1);
    }

    @Test
    void anAdministratorGivesAndTakesRightsByRest() throws Exception {
        JsonObject made = call(
                ADMIN,
                "POST",
                "/tokens",
                "{\"name\":\"reader-rest\",\"grants\":[{\"role\":\"reader\",\"topics\":[\"shop-*\"]}]}");
        String reader = made.get("token").getAsString();
        publish(ADMIN, "shop-plain", "", "one");
        assertThat(latest(reader, "shop-plain")).isEqualTo(1);
        assertRefused(
                send(reader, "PUT", "/topics/shop-plain/pins?scope=*", "{\"version\":1,\"reason\":\"r\"}"),
                403,
                "PERMISSION_DENIED");
        assertRefused(send(reader, "GET", "/topics/other/versions", null), 403, "PERMISSION_DENIED");
        assertRefused(send("", "GET", "/topics/shop-plain", null), 401, "UNAUTHENTICATED");
        assertRefused(send(reader + "x", "GET", "/topics/shop-plain", null), 401, "UNAUTHENTICATED");
        call(ADMIN, "DELETE", "/tokens/reader-rest?reason=left", null);
    }

    /** Makes a token by the command line; it is shown this once. */
    private String token(String name, String role) throws Exception {
        return json(as(ADMIN, "token", "create", name, "--role", role, SHOP, "--yes", "--json"))
                .get("token")
                .getAsString();
    }

    private Ran as(String token, String... words) throws Exception {
        List<String> line = Stream.concat(
                        Stream.of(stack().root().resolve("octavo").toString()), Stream.of(words))
                .toList();
        return stack().run(stack().newFolder(), Map.of("OCTAVO_TOKEN", token), line);
    }

    private JsonObject publish(String token, String topic, String query, String payload) throws Exception {
        HttpResponse<byte[]> answer = send(token, "POST", "/topics/" + topic + "/versions?" + query, payload);
        assertThat(answer.statusCode() / 100)
                .as(new String(answer.body(), UTF_8))
                .isEqualTo(2);
        return Rest.json(answer);
    }

    private long latest(String token, String topic) throws Exception {
        return call(token, "GET", "/topics/" + topic + "/latest?app=web", null)
                .get("version")
                .getAsLong();
    }

    private JsonObject call(String token, String method, String path, @Nullable String body) throws Exception {
        HttpResponse<byte[]> answer = send(token, method, path, body);
        assertThat(answer.statusCode())
                .as("%s %s: %s", method, path, new String(answer.body(), UTF_8))
                .isBetween(200, 299);
        return Rest.json(answer);
    }

    private HttpResponse<byte[]> send(String token, String method, String path, @Nullable String body)
            throws Exception {
        HttpRequest.Builder request = rest().request(path)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body != null) {
            request.header("Content-Type", body.startsWith("{") ? "application/json" : "text/plain");
        }
        return rest().send(request.build());
    }

    private static void assertRefused(HttpResponse<byte[]> answer, int status, String code) {
        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(status);
        assertThat(Rest.json(answer).get("code").getAsString()).isEqualTo(code);
    }

    private static JsonObject json(Ran ran) {
        return JsonParser.parseString(ran.done().out()).getAsJsonObject();
    }

    private static List<String> texts(JsonArray documents, String field) {
        return StreamSupport.stream(documents.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .map(document -> document.get(field).getAsString())
                .toList();
    }

    private Stack stack() {
        return requireNonNull(stack);
    }

    private Rest rest() {
        return requireNonNull(rest);
    }
}
