package io.octavo.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.Digests;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Versions of objects that are in S3 already. */
@ExtendWith(NodeExtension.class)
class PointerApiTest {
    private static final String DIGEST = HexFormat.of().formatHex(Digests.sha256("there".getBytes(UTF_8)));
    private static final String LOCATION = "{\"region\":\"eu\",\"bucket\":\"outside\",\"key\":\"a/b\"}";
    private static final String BODY =
            "{\"locations\":[" + LOCATION + "],\"size\":5,\"sha256\":\"" + DIGEST + "\",\"metadata\":{\"k\":\"v\"}}";

    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String versions = "/api/v1/topics/" + topic + "/versions";

    PointerApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @AfterEach
    void inMemory() {
        node.outlet(node.payloads());
    }

    @Test
    void anObjectThatIsThereIsPublishedAndReadByItsPointer() {
        Answer answer = post("?scope=app%3Da&meta=more=1", BODY).isStatus(201);
        JsonNode version = answer.json();

        assertThat(answer.header("Location")).isEqualTo(versions + "/1");
        assertThat(version.get("size").longValue()).isEqualTo(5);
        assertThat(version.get("sha256").stringValue()).isEqualTo(DIGEST);
        assertThat(version.get("metadata").toString()).isEqualTo("{\"k\":\"v\",\"more\":\"1\"}");
        assertThat(version.get("pointer").toString())
                .isEqualTo("{\"kind\":\"external\",\"locations\":[" + LOCATION + "],\"digestVerified\":false}");
        node.outlet((part, offset, length) -> {
            assertThat(part.getExternal().getLocations(0).getKey()).isEqualTo("a/b");
            return new ByteArrayInputStream("there".getBytes(UTF_8), (int) offset, (int) length);
        });
        assertThat(http.get(versions + "/1/payload", "Range", "bytes=1-2")
                        .isStatus(206)
                        .text())
                .isEqualTo("he");
    }

    @Test
    void aRepetitionIsKnownAndNothingIsEverDeleted() {
        int before = node.payloads().left();
        post("", BODY, "Idempotency-Key", "k").isStatus(201);
        assertThat(post("", BODY, "Idempotency-Key", "k").isStatus(201).header("Octavo-Replayed"))
                .isEqualTo("true");
        post("", BODY.replace("\"v\"", "\"w\""), "Idempotency-Key", "k").isProblem(422, "IDEMPOTENCY_KEY_REUSED");
        post("?ifChanged=true", BODY).isStatus(200);
        post("", BODY, "Octavo-Expected-Version", "0").isProblem(409, "VERSION_CONFLICT");
        assertThat(node.payloads().left()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | body",
                "{} | locations",
                "{~size~:5,~sha256~:~D~} | locations",
                "{~locations~:[],~size~:5,~sha256~:~D~} | locations",
                "{~locations~:{},~size~:5,~sha256~:~D~} | locations",
                "{~locations~:[5],~size~:5,~sha256~:~D~} | locations[0]",
                "{~locations~:[{~region~:~eu~,~bucket~:~outside~}],~size~:5,~sha256~:~D~} | locations[0].key",
                "{~locations~:[{~region~:~eu~,~bucket~:1,~key~:~k~}],~size~:5,~sha256~:~D~} | locations[0].bucket",
                "{~locations~:[{~region~:~eu~,~x~:~y~}],~size~:5,~sha256~:~D~} | locations[0].x",
                "{~locations~:[{~region~:~eu~,~bucket~:~in~,~key~:~k~}],~size~:5,~sha256~:~D~} | locations[0].bucket",
                "{~locations~:[L],~size~:-1,~sha256~:~D~} | size",
                "{~locations~:[L],~size~:~5~,~sha256~:~D~} | size",
                "{~locations~:[L],~size~:5} | sha256",
                "{~locations~:[L],~size~:5,~sha256~:~abc~} | sha256",
                "{~locations~:[L],~size~:5,~sha256~:~DD~} | sha256",
                "{~locations~:[L],~size~:5,~sha256~:~D~,~metadata~:[]} | metadata",
                "{~locations~:[L],~size~:5,~sha256~:~D~,~metadata~:{~k~:1}} | metadata.k",
                "{~locations~:[L],~size~:5,~sha256~:~D~,~other~:1} | other",
            })
    void badPointersAreRefusedByName(String body, String field) {
        String json = body.replace('~', '"').replace("L", LOCATION).replace("D", DIGEST);
        post("", json).isInvalid(field);
        http.get("/api/v1/topics/" + topic).isProblem(404, "TOPIC_NOT_FOUND");
    }

    private Answer post(String query, String body, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = "Application/vnd.octavo.pointer+json";
        return http.send("POST", versions + query, BodyPublishers.ofString(body), all);
    }
}
