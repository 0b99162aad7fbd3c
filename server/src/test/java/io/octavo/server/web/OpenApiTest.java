package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.server.web.openapi.Call;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import tools.jackson.databind.JsonNode;

/** The OpenAPI document says what the controllers do; what they answer, {@link Contract} holds against it everywhere. */
@ExtendWith(NodeExtension.class)
class OpenApiTest {
    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();

    OpenApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    /** A call as its controller has it. */
    private record Mapped(String verb, String path, RequestMappingInfo mapping, HandlerMethod method) {}

    @Test
    void theDocumentIsOpenApi31AndHasWhatItRefersTo() {
        Answer answer = http.get("/api/v1/openapi.json").isStatus(200);
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        JsonNode document = answer.json();
        assertThat(document.get("openapi").stringValue()).startsWith("3.1");
        List<String> schemas =
                new ArrayList<>(document.get("components").get("schemas").propertyNames());
        assertThat(document.findValuesAsString("$ref"))
                .isNotEmpty()
                .allSatisfy(ref -> assertThat(schemas).contains(ref.replace("#/components/schemas/", "")));
        assertThat(document.findValuesAsString("operationId")).doesNotHaveDuplicates();
        JsonNode version = document.get("components").get("schemas").get("VersionView");
        assertThat(version.get("required").toString()).contains("\"sha256\"").doesNotContain("\"undo\"");
        assertThat(version.get("properties").get("publishedAt").toString()).contains("date-time");
    }

    @Test
    void everyCallOfEveryControllerIsInTheDocument() {
        for (Mapped call : calls()) {
            String method = call.method().getBeanType().getSimpleName() + "."
                    + call.method().getMethod().getName();
            assertThat(call.method().getMethodAnnotation(Call.class))
                    .as(
                            "%s, %s %s: add @Call(\"…\") to %s, with what it does, its query parameters, headers, body and"
                                    + " statuses; parameters that are new are described in Parameters",
                            method, call.verb(), call.path(), method)
                    .isNotNull();
            assertThat(document().get("paths").get(call.path()).has(call.verb().toLowerCase(Locale.ROOT)))
                    .isTrue();
        }
        long operations = document().get("paths").properties().stream()
                .mapToLong(path -> path.getValue().size())
                .sum();
        assertThat(operations).isEqualTo(calls().size());
    }

    @Test
    void aCallReadsTheParametersOfTheDocumentAndNoOthers() {
        for (Mapped call : calls()) {
            JsonNode error = refused(call, "?unknown-one=1", "{}");
            assertThat(error.get("field").stringValue())
                    .as(
                            "%s %s: it must refuse parameters that it does not know, before all else",
                            call.verb(), call.path())
                    .isEqualTo("unknown-one");
            assertThat(names(error, "one of the parameters "))
                    .as(
                            "%s %s: the query of its @Call must name the parameters that it gives to Query.of",
                            call.verb(), call.path())
                    .isEqualTo(documented(call));
        }
    }

    @Test
    void aBodyHasTheFieldsOfTheDocumentAndNoOthers() {
        http.publish(topic, "one");
        for (Mapped call : calls()) {
            Call declared = call.method().getMethodAnnotation(Call.class);
            if (declared != null && declared.body() != Void.class) {
                String query = List.of(declared.query()).contains("scope") ? "?scope=*" : "";
                JsonNode error = refused(call, query, "{\"unknown-one\":1}");
                assertThat(names(error, "one of the fields "))
                        .as(
                                "%s %s: the record of its @Call must have the fields that it reads",
                                call.verb(), call.path())
                        .isEqualTo(new TreeSet<>(Arrays.stream(declared.body().getRecordComponents())
                                .map(field -> field.getName())
                                .toList()));
            }
        }
    }

    /** What holds answers against the document would be worth nothing if it let pass what the document doesn't tell. */
    @Test
    void answersOfWhichTheDocumentDoesNotTellAreNoticed() {
        http.publish(topic, "one");
        String path = "/api/v1/topics/" + topic + "/versions/1";
        Answer told = http.get(path).isStatus(200);
        Contract contract = Contract.of(http.base());

        contract.check("GET", path, told);
        List<String> others = List.of(
                told.text().replaceFirst("\"size\":", "\"sizes\":"),
                told.text().replaceFirst("\"sha256\":\"[0-9a-f]+\",", ""),
                told.text().replaceFirst("\\{", "{\"more\":1,"),
                told.text().replace("\"PUBLISHED\"", "\"LOST\""),
                told.text().replaceFirst("\"version\":1", "\"version\":\"1\""),
                told.text().replaceFirst("\"scope\":", "\"scopes\":"));
        for (String other : others) {
            assertThat(other).isNotEqualTo(told.text());
            assertNoticed(contract, path, new Answer(200, told.headers(), ByteString.copyFromUtf8(other)));
        }
        assertNoticed(contract, path, new Answer(201, told.headers(), told.body()));
        assertNoticed(contract, "/api/v1/topics/" + topic + "/other", told);
    }

    private static void assertNoticed(Contract contract, String path, Answer answer) {
        assertThatThrownBy(() -> contract.check("GET", path, answer))
                .as(answer.text())
                .isInstanceOf(AssertionError.class);
    }

    private JsonNode refused(Mapped call, String query, String body) {
        String path =
                call.path().replace("{topic}", topic).replace("{version}", "1").replaceAll("\\{[^}]+}", "a");
        String type = call.mapping().getConsumesCondition().getConsumableMediaTypes().stream()
                .findFirst()
                .map(Object::toString)
                .orElse("text/plain");
        return http.send(call.verb(), path + query, BodyPublishers.ofString(body), "Content-Type", type)
                .isProblem(400, "INVALID_ARGUMENT")
                .json()
                .get("errors")
                .get(0);
    }

    private static Set<String> names(JsonNode error, String before) {
        String expected = error.get("expected").stringValue();
        return expected.startsWith(before)
                ? new TreeSet<>(List.of(expected.substring(before.length()).split(", ")))
                : new TreeSet<>();
    }

    private Set<String> documented(Mapped call) {
        Set<String> names = new TreeSet<>();
        JsonNode operation =
                document().get("paths").get(call.path()).get(call.verb().toLowerCase(Locale.ROOT));
        JsonNode parameters = operation.get("parameters");
        if (parameters != null) {
            for (JsonNode parameter : parameters) {
                if (parameter.get("in").stringValue().equals("query")) {
                    names.add(parameter.get("name").stringValue());
                }
            }
        }
        return names;
    }

    private JsonNode document() {
        return Contract.of(http.base()).document();
    }

    private List<Mapped> calls() {
        return node.mappings().entrySet().stream()
                .flatMap(OpenApiTest::mapped)
                .filter(call ->
                        call.path().startsWith("/api/v1/") && !call.path().startsWith("/api/v1/openapi.json"))
                .toList();
    }

    private static Stream<Mapped> mapped(Map.Entry<RequestMappingInfo, HandlerMethod> entry) {
        return entry.getKey().getPatternValues().stream()
                .flatMap(path -> entry.getKey().getMethodsCondition().getMethods().stream()
                        .map(verb -> new Mapped(verb.name(), path, entry.getKey(), entry.getValue())));
    }
}
