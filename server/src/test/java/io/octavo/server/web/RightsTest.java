package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.server.security.AccessRole;
import io.octavo.server.security.Right;
import io.octavo.server.web.SecuredNode.Caller;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** What each call of the REST API needs. */
class RightsTest {
    private static SecuredNode node;

    @BeforeAll
    static void start() {
        node = new SecuredNode();
        node.admin().publish("prices", "").isStatus(201);
        node.admin().publish("other", "").isStatus(201);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "GET    | topics                                    | LIST            |",
                "GET    | topics/prices                             | READ            |",
                "PUT    | topics/prices                             | CHANGE_SETTINGS | {}",
                "PATCH  | topics/prices                             | CHANGE_SETTINGS | {}",
                "GET    | topics/prices/pins                        | READ            |",
                "PUT    | topics/prices/pins?scope=region%3Deu      | PIN             | {\"version\":1,\"reason\":\"r\"}",
                "DELETE | topics/prices/pins?scope=region=eu&reason=r | PIN           |",
                "POST   | topics/prices/versions?scope=*            | PUBLISH         | {}",
                "POST   | topics/prices/versions?stage=true         | PUBLISH         | {}",
                "GET    | topics/prices/versions                    | READ            |",
                "GET    | topics/prices/versions/1                  | READ            |",
                "GET    | topics/prices/versions/1/payload          | READ            |",
                "GET    | topics/prices/latest                      | READ            |",
                "GET    | topics/prices/latest/payload              | READ            |",
                "GET    | consumers?topic=prices                    | READ            |",
                "GET    | topics/prices/consumers/counts            | READ            |",
                "GET    | topics/prices/consumers/adoption          | READ            |",
                "DELETE | topics/prices/versions/1/scopes?scope=app%3Dx  | WITHDRAW   |",
                "PUT    | topics/prices/versions/1/quarantine?reason=r&dryRun=true | QUARANTINE |",
                "DELETE | topics/prices/versions/1/quarantine?reason=r&dryRun=true | QUARANTINE |",
                "PUT    | topics/prices/versions/1/hold?reason=r&dryRun=true | HOLD    |",
                "DELETE | topics/prices/versions/1/hold?reason=r&dryRun=true | HOLD    |",
                "POST   | topics/prices/rollback?dryRun=true        | ROLLBACK        | {\"reason\":\"r\"}",
                "DELETE | topics/prices?reason=r&dryRun=true        | DELETE          |",
                "DELETE | topics/prices/versions/1?reason=r&dryRun=true | DELETE      |",
                "GET    | topics/prices/retention                   | READ            |",
                "GET    | retention                                 | LIST            |",
                "GET    | idle                                      | LIST            |",
                "POST   | topics/prices/restore?dryRun=true         | DELETE          | {}",
                "GET    | tokens                                    | ADMINISTER      |",
                "POST   | tokens                                    | ADMINISTER      | {}",
                "DELETE | tokens/none?reason=r                      | ADMINISTER      |",
            })
    void eachCallTakesItsRole(String method, String address, Right right, String body) {
        String path = "/api/v1/" + address;
        String sent = body == null ? "" : body;
        Answer stranger = node.nobody().send(method, path, sent).isProblem(401, "UNAUTHENTICATED");
        assertThat(stranger.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"octavo\"");
        for (AccessRole role : AccessRole.values()) {
            Answer answer = node.with(role.word() + " *").send(method, path, sent);
            if (role.compareTo(right.role()) < 0) {
                answer.isProblem(403, "PERMISSION_DENIED");
                assertThat(answer.json().get("detail").stringValue())
                        .contains("the role " + right.role().word());
            } else {
                assertThat(answer.status()).as(answer.text()).isNotIn(401, 403, 500);
            }
        }
        if (right.isOfTopic()) {
            node.with("admin other").send(method, path, sent).isProblem(403, "PERMISSION_DENIED");
        }
    }

    @Test
    void everyMethodOfAControllerSaysWhatItNeedsAndHasWhatThatIsOf() {
        int ours = 0;
        RequestMappingHandlerMapping mapping =
                node.node().bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        for (var entry : mapping.getHandlerMethods().entrySet()) {
            if (entry.getValue().getBeanType().getName().startsWith("io.octavo.")) {
                ours++;
                Needs needs = RightsCheck.needs(entry.getValue());
                assertThat(path(entry.getKey()).contains("{topic}"))
                        .as(path(entry.getKey()))
                        .isEqualTo(needs.value().isOfTopic());
            }
        }
        assertThat(ours).isGreaterThan(15);
    }

    @Test
    void aMethodThatDoesNotSayItIsNotCalled() throws Exception {
        HandlerMethod silent = new HandlerMethod(this, RightsTest.class.getDeclaredMethod("silent"));
        assertThatThrownBy(() -> RightsCheck.needs(silent))
                .hasMessageContaining("silent")
                .hasMessageContaining("does not say what it needs");
    }

    void silent() {
        throw new AssertionError("called");
    }

    @Test
    void anOperatorOfAScopeStaysWithinIt() {
        Caller operator = node.with("operator prices region=eu");
        String pin = "{\"version\":1,\"reason\":\"r\"}";
        operator.send("PUT", "/api/v1/topics/prices/pins?scope=region%3Deu,app%3Dshop", pin)
                .isStatus(200);
        for (String scope : List.of(
                "scope=*",
                "scope=region=us",
                "sc%6Fpe=region=us",
                "scope=region=eu&scope=region=us",
                "scope=app=shop",
                "x=1")) {
            operator.send("PUT", "/api/v1/topics/prices/pins?" + scope, pin).isProblem(403, "PERMISSION_DENIED");
        }
        operator.send("PUT", "/api/v1/topics/prices/pins?scope=", pin).isInvalid("scope");
        operator.send("PATCH", "/api/v1/topics/prices", "{}").isProblem(403, "PERMISSION_DENIED");
        operator.publish("prices", "?scope=region=eu").isStatus(201);
        operator.publish("prices", "").isProblem(403, "PERMISSION_DENIED");
    }

    @Test
    void aRollbackThatQuarantinesConcernsEverybody() {
        Caller operator = node.with("operator prices region=eu");
        String rollback = "/api/v1/topics/prices/rollback?dryRun=true";
        operator.send("POST", rollback, "{\"reason\":\"r\",\"scope\":\"region=eu\",\"keep\":true}")
                .isProblem(404, "VERSION_NOT_FOUND");
        for (String body : List.of(
                "{\"reason\":\"r\",\"scope\":\"region=eu\"}",
                "{\"reason\":\"r\",\"scope\":\"region=us\",\"keep\":true}",
                "{\"reason\":\"r\",\"keep\":true}")) {
            operator.send("POST", rollback, body).isProblem(403, "PERMISSION_DENIED");
        }
    }

    @Test
    void aPublisherAddsScopesToItsOwnVersionsOnly() {
        Caller publisher = node.with("publisher *");
        long own =
                publisher.publish("shared", "?stage=true").json().get("version").longValue();
        publisher
                .send("PUT", "/api/v1/topics/shared/versions/" + own + "/scopes?scope=*", "")
                .isStatus(200);
        node.admin().publish("shared", "?stage=true").isStatus(201);
        publisher
                .send("PUT", "/api/v1/topics/shared/versions/" + (own + 1) + "/scopes?scope=*", "")
                .isProblem(403, "PERMISSION_DENIED");
        node.with("operator *")
                .send("PUT", "/api/v1/topics/shared/versions/" + (own + 1) + "/scopes?scope=*", "")
                .isStatus(200);
    }

    @Test
    void anAppThatTheTokenIsNotBoundToIsRefused() {
        Caller shop = node.with(List.of("shop"), "reader *");
        shop.get("/api/v1/topics/prices/latest?app=shop").isStatus(200);
        shop.get("/api/v1/topics/prices/latest").isStatus(200);
        shop.get("/api/v1/topics/prices/latest?app=recs").isProblem(403, "PERMISSION_DENIED");
        shop.get("/api/v1/topics/prices/latest/payload?%61pp=recs").isProblem(403, "PERMISSION_DENIED");
    }

    @Test
    void aListShowsWhatItsReaderMayRead() {
        Caller admin = node.admin();
        for (String topic : List.of("list.a", "list.b", "list.c", "list.d")) {
            admin.publish(topic, "").isStatus(201);
        }
        Caller reader = node.with("reader list.b,list.d");
        Answer first = reader.get("/api/v1/topics?query=list.&limit=1").isStatus(200);
        assertThat(first.json().get("topics").get(0).get("topic").stringValue()).isEqualTo("list.b");
        Answer second = reader.get("/api/v1/topics?query=list.&limit=1&pageToken="
                        + first.json().get("nextPageToken").stringValue())
                .isStatus(200);
        assertThat(second.json().get("topics").get(0).get("topic").stringValue())
                .isEqualTo("list.d");
        assertThat(second.json().get("nextPageToken")).isNull();
        assertThat(reader.get("/api/v1/topics").json().get("topics")).hasSize(2);
        assertThat(admin.get("/api/v1/topics?query=list.").json().get("topics")).hasSize(4);
    }

    private static String path(RequestMappingInfo mapping) {
        return String.join(" ", mapping.getPatternValues());
    }
}
