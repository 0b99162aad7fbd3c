package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Every address, with sixteen kinds of garbage in each place that takes input: refused by name, nothing left behind. */
@ExtendWith(NodeExtension.class)
class EndpointGarbageTest {
    private static final List<String> TEXTS = List.of(
            "",
            "%00",
            "%20",
            "-1",
            "0",
            "1.5",
            "99999999999999999999",
            "null",
            "%5B%5D",
            "%7B%7D",
            "%F0%9F%98%80",
            "%ff",
            "%C3%28",
            "..%2f..%2fetc",
            "a%2Cb%3Dc",
            "x".repeat(5_000));
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "1e400",
            "99999999999999999999",
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"\ud83d\ude00\"",
            "[]",
            "[1]",
            "{}",
            "{\"a\":{\"b\":[]}}",
            "\"" + "x".repeat(5_000) + "\"");

    /** Valid requests, by method and address: each write is one that {@code dryRun} keeps from happening. */
    private static final List<Endpoint> ENDPOINTS = List.of(
            new Endpoint("GET", "/topics", "query=a&owner=b&limit=5&pageToken=?", null),
            new Endpoint("GET", "/topics/{topic}", "", null),
            new Endpoint("PUT", "/topics/{topic}", "", "{\"owner\":\"a\",\"retention\":{\"maxVersions\":3}}"),
            new Endpoint(
                    "PATCH",
                    "/topics/{topic}",
                    "",
                    "{\"description\":\"d\",\"labels\":{},\"requireScope\":true,"
                            + "\"validation\":{\"maxSize\":9,\"format\":\"json\",\"schema\":{\"type\":\"object\"}}}"),
            new Endpoint("DELETE", "/topics/{topic}", "reason=r", null),
            new Endpoint("POST", "/topics/{topic}/restore", "", "{\"reason\":\"r\"}"),
            new Endpoint(
                    "POST",
                    "/topics/{topic}/rollback",
                    "",
                    "{\"to\":1,\"scope\":\"*\",\"reason\":\"r\",\"keep\":true}"),
            new Endpoint("POST", "/topics/{topic}/versions", "scope=*&meta=a=b&hold=h&ifChanged=true", null),
            new Endpoint("GET", "/topics/{topic}/versions", "meta=a=b&limit=5&pageToken=?", null),
            new Endpoint("GET", "/topics/{topic}/requests/{key}", "", null),
            new Endpoint("GET", "/topics/{topic}/events", "limit=5&pageToken=?", null),
            new Endpoint(
                    "GET",
                    "/topics/{topic}/explain",
                    "region=a&app=b&cluster=c&instance=d&at=?&minRevision=1&strict=true",
                    null),
            new Endpoint("GET", "/events", "since=1h&topic=?&who=me&kind=PINNED&limit=5&pageToken=?", null),
            new Endpoint("GET", "/pins", "limit=5&pageToken=?", null),
            new Endpoint(
                    "GET",
                    "/consumers",
                    "topic=?&region=a&app=b&cluster=c&instance=d&state=FAILED&lagging=true&limit=5&pageToken=?",
                    null),
            new Endpoint("GET", "/topics/{topic}/consumers/counts", "region=a&app=b&cluster=c&instance=d", null),
            new Endpoint("GET", "/topics/{topic}/consumers/adoption", "", null),
            new Endpoint("GET", "/topics/{topic}/versions/{version}", "", null),
            new Endpoint("GET", "/topics/{topic}/versions/{version}/payload", "", null),
            new Endpoint("DELETE", "/topics/{topic}/versions/{version}", "reason=r", null),
            new Endpoint("GET", "/topics/{topic}/retention", "limit=5&pageToken=?", null),
            new Endpoint("GET", "/retention", "limit=5&pageToken=?", null),
            new Endpoint("GET", "/idle", "owner=a&limit=5&pageToken=?", null),
            new Endpoint("PUT", "/topics/{topic}/versions/{version}/scopes", "scope=*&reason=r", null),
            new Endpoint("DELETE", "/topics/{topic}/versions/{version}/scopes", "scope=*&reason=r", null),
            new Endpoint("PUT", "/topics/{topic}/versions/{version}/quarantine", "reason=r&force=true", null),
            new Endpoint("DELETE", "/topics/{topic}/versions/{version}/quarantine", "reason=r", null),
            new Endpoint(
                    "PUT",
                    "/topics/{topic}/versions/{version}/hold",
                    "reason=r&holder=h&expiresAt=2999-01-01T00:00:00Z",
                    null),
            new Endpoint("DELETE", "/topics/{topic}/versions/{version}/hold", "reason=r&holder=h", null),
            new Endpoint(
                    "GET",
                    "/topics/{topic}/latest",
                    "region=a&app=b&cluster=c&instance=d&at=?&minRevision=1&strict=true",
                    null),
            new Endpoint(
                    "GET",
                    "/topics/{topic}/latest/payload",
                    "region=a&app=b&cluster=c&instance=d&at=?&minRevision=1&strict=true",
                    null),
            new Endpoint("GET", "/topics/{topic}/pins", "", null),
            new Endpoint(
                    "PUT",
                    "/topics/{topic}/pins",
                    "scope=*",
                    "{\"version\":1,\"reason\":\"r\",\"expiresAt\":\"2999-01-01T00:00:00Z\"}"),
            new Endpoint("DELETE", "/topics/{topic}/pins", "scope=*&reason=r", null),
            new Endpoint("GET", "/housekeeping", "", null),
            new Endpoint("POST", "/housekeeping/{task}/runs", "", null),
            new Endpoint("GET", "/fallback/verify", "limit=1", null),
            new Endpoint("POST", "/restore/epoch", "expected=1&above=2&dryRun=true", null),
            new Endpoint("POST", "/restore/topics", "epoch=1&limit=1&dryRun=true", null),
            new Endpoint("GET", "/status", "", null));

    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();

    EndpointGarbageTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    /** A valid request; parameters that are "?" are left out of it. */
    record Endpoint(
            String method,
            String path,
            String query,
            @Nullable String json) {
        Map<String, String> parameters() {
            Map<String, String> parameters = new LinkedHashMap<>();
            for (String pair : query.split("&", -1)) {
                if (!pair.isEmpty()) {
                    parameters.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
                }
            }
            return parameters;
        }

        String validQuery() {
            return EndpointGarbageTest.query(parameters());
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    static Stream<Endpoint> endpoints() {
        return ENDPOINTS.stream();
    }

    @Test
    void everyAddressIsTried() {
        Set<String> served = new TreeSet<>(node.addresses());
        Set<String> tried = ENDPOINTS.stream()
                .map(endpoint -> endpoint.method + " " + Addresses.API + endpoint.path)
                .collect(Collectors.toSet());
        assertThat(served).as("add a valid request for what is new").isSubsetOf(tried);
        assertThat(tried).as("what is gone").isSubsetOf(served);
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void garbageInThePathIsRefused(Endpoint endpoint) {
        aTopic();
        for (String text : TEXTS) {
            if (endpoint.path.contains("{topic}") && !text.isEmpty()) {
                // Some of them are names of topics.
                assertTakenOrRefused(
                        endpoint, send(endpoint, text, "1", endpoint.validQuery(), endpoint.json), "topic", text);
            }
            if (endpoint.path.contains("{version}") && !text.isEmpty()) {
                assertRefused(
                        endpoint, send(endpoint, topic, text, endpoint.validQuery(), endpoint.json), "version", text);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void garbageInAParameterIsRefusedByItsName(Endpoint endpoint) {
        aTopic();
        Map<String, String> parameters = endpoint.parameters();
        parameters
                .keySet()
                .forEach(name -> TEXTS.forEach(text -> {
                    Map<String, String> changed = new LinkedHashMap<>(parameters);
                    changed.put(name, text);
                    assertTakenOrRefused(endpoint, ask(endpoint, query(changed), endpoint.json), name, text);
                }));
        assertRefused(endpoint, ask(endpoint, endpoint.validQuery() + "&colour=blue", endpoint.json), "colour", "blue");
        parameters.forEach((name, value) -> {
            boolean mayRepeat = name.equals("meta") || (endpoint.method.equals("POST") && name.equals("scope"));
            Answer twice = ask(endpoint, endpoint.validQuery() + "&" + name + "=" + value, endpoint.json);
            if (!mayRepeat && !value.equals("?")) {
                assertRefused(endpoint, twice, name, "twice");
            }
        });
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void garbageInTheBodyIsRefusedByItsField(Endpoint endpoint) {
        String json = endpoint.json;
        if (json == null) {
            return;
        }
        aTopic();
        ObjectNode valid = (ObjectNode) Json.MAPPER.readTree(json);
        BiConsumer<String, String> refused =
                (body, field) -> assertRefused(endpoint, ask(endpoint, endpoint.validQuery(), body), field, body);
        valid.propertyNames()
                .forEach(name -> VALUES.forEach(value -> {
                    String stated = "\"" + name + "\":" + valid.get(name);
                    assertThat(json).contains(stated);
                    String body = json.replace(stated, "\"" + name + "\":" + value);
                    assertTakenOrRefused(endpoint, ask(endpoint, endpoint.validQuery(), body), name, value);
                }));
        refused.accept(json.substring(0, json.length() - 1) + ",\"colour\":1}", "colour");
        for (String body : List.of("", "[]", "null", "1", "{", json + "}", json.replace("{", "{{"), "\u0000")) {
            refused.accept(body, "body");
        }
        String first = valid.propertyNames().iterator().next();
        refused.accept("{\"" + first + "\":" + valid.get(first) + "," + json.substring(1), "body");
    }

    private void aTopic() {
        if (http.get("/api/v1/topics/" + topic).status() == 404) {
            http.publish(topic, "one");
            http.publish(topic, "two");
        }
    }

    /** Sends a request so that it is only asked. */
    private Answer ask(Endpoint endpoint, String query, @Nullable String body) {
        return send(endpoint, topic, "1", query, body);
    }

    private Answer send(Endpoint endpoint, String name, String version, String query, @Nullable String body) {
        String path = endpoint.path
                .replace("{topic}", name)
                .replace("{version}", version)
                .replace("{task}", "tidy")
                .replace("{key}", "no-such-key");
        boolean isWrite = !endpoint.method.equals("GET") && endpoint.path.contains("{topic}");
        String all = isWrite ? query + "&dryRun=true" : query;
        return http.send(
                endpoint.method,
                Addresses.API + path + "?" + all,
                body != null
                        ? BodyPublishers.ofString(body)
                        : endpoint.method.equals("POST") ? BodyPublishers.ofString("payload") : BodyPublishers.noBody(),
                "Content-Type",
                body != null ? "application/json" : "text/plain",
                "If-Match",
                "\"2\"");
    }

    /** Free texts may be anything; else the field is named. */
    private void assertTakenOrRefused(Endpoint endpoint, Answer answer, String field, String garbage) {
        if (answer.status() >= 300) {
            assertRefused(endpoint, answer, field, garbage);
        } else {
            assertUntouched(endpoint);
        }
    }

    private void assertRefused(Endpoint endpoint, Answer answer, String field, String garbage) {
        String what = endpoint + ", " + field + ": " + garbage + " → " + answer.text();
        assertThat(answer.status()).as(what).isBetween(400, 499);
        assertThat(answer.header("Content-Type")).as(what).isEqualTo("application/problem+json");
        if (answer.json().get("code").stringValue().equals("INVALID_ARGUMENT")
                && answer.json().has("errors")) {
            JsonNode error = answer.json().get("errors").get(0);
            assertThat(error.get("field").stringValue()).as(what).startsWith(field);
        }
        assertUntouched(endpoint);
    }

    private void assertUntouched(Endpoint endpoint) {
        assertThat(http.get("/api/v1/topics/" + topic).json().get("revision").longValue())
                .as(endpoint.toString())
                .isEqualTo(2);
    }

    private static String query(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .filter(parameter -> !parameter.getValue().equals("?"))
                .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                .collect(Collectors.joining("&"));
    }
}
