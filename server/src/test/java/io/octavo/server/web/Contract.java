package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a server says of its API in its OpenAPI document, held against what it answers: nothing may be missing, and
 * nothing may be there of which the document does not tell.
 */
final class Contract {
    private static final Map<URI, Contract> KNOWN = new ConcurrentHashMap<>();
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final ObjectNode document;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private Contract(ObjectNode document) {
        this.document = document;
        // Stricter than what others are told: they must bear fields that come later, we must tell them of those we
        // have.
        document.get("components").get("schemas").forEach(schema -> {
            if (schema.has("properties")) {
                ((ObjectNode) schema).put("additionalProperties", false);
            }
        });
    }

    /** The contract of a server; read once. */
    static Contract of(URI server) {
        return KNOWN.computeIfAbsent(server, base -> new Contract(read(base)));
    }

    JsonNode document() {
        return document;
    }

    /** Asserts that an answer is one that the document tells of. */
    void check(String method, String path, Answer answer) {
        String type = answer.header("Content-Type").replaceFirst(";.*", "");
        if (!path.startsWith("/api/v1") || path.startsWith("/api/v1/openapi.json") || method.equals("HEAD")) {
            return;
        }
        if (type.equals("application/problem+json")) {
            validate("{\"$ref\":\"#/components/schemas/Problem\"}", method + " " + path, answer);
            return;
        }
        List<JsonNode> operations = operations(method, path.replaceFirst("\\?.*", ""));
        assertThat(operations)
                .as("%s %s in the OpenAPI document: add @Call to the method that answers it", method, path)
                .isNotEmpty();
        JsonNode response = response(operations, answer.status());
        assertThat(response)
                .as(
                        "the answer %s of %s %s in the OpenAPI document: add it to its @Call",
                        answer.status(), method, path)
                .isNotNull();
        JsonNode content = response == null ? null : response.get("content");
        if (content != null && content.has("application/json")) {
            assertThat(type).as("%s %s", method, path).isEqualTo("application/json");
            validate(content.get("application/json").get("schema").toString(), method + " " + path, answer);
        }
    }

    private void validate(String schema, String asked, Answer answer) {
        Schema compiled = schemas.computeIfAbsent(schema, this::compile);
        List<Error> errors = compiled.validate(answer.text(), InputFormat.JSON);
        assertThat(errors).as("%s answered %s", asked, answer.text()).isEmpty();
    }

    private Schema compile(String schema) {
        ObjectNode whole = (ObjectNode) Json.MAPPER.readTree(schema);
        whole.set("components", document.get("components"));
        return REGISTRY.getSchema(whole.toString(), InputFormat.JSON);
    }

    /** The operations whose path template fits; one with fewer variables comes first. */
    private List<JsonNode> operations(String method, String path) {
        List<JsonNode> found = new ArrayList<>();
        document.get("paths").properties().stream()
                .filter(entry -> fits(entry.getKey(), path))
                .map(entry -> entry.getValue().get(method.toLowerCase(Locale.ROOT)))
                .filter(operation -> operation != null)
                .forEach(found::add);
        return found;
    }

    private static @Nullable JsonNode response(List<JsonNode> operations, int status) {
        for (JsonNode operation : operations) {
            JsonNode response = operation.get("responses").get(Integer.toString(status));
            if (response != null) {
                return response;
            }
        }
        return null;
    }

    private static boolean fits(String template, String path) {
        return Pattern.matches(template.replaceAll("\\{[^}]+}", "[^/]+"), path);
    }

    private static ObjectNode read(URI base) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(base.resolve("/api/v1/openapi.json")).build();
            var response = Http.client().send(request, BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return (ObjectNode) Json.MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError("the OpenAPI document", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
