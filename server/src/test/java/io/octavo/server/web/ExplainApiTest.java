package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Share;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.AddScope;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.WithdrawVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

@ExtendWith(NodeExtension.class)
class ExplainApiTest {
    private final TestNode node;
    private final Http http;
    private final String topic = TestNode.newTopic();
    private final String path = "/api/v1/topics/" + topic;

    ExplainApiTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @Test
    void aPinIsExplainedWithThoseItBeatsAndWhatWouldBeWithoutIt() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        pin("*", 2, "");
        pin("app%3Da", 1, ",\"expiresAt\":\"2999-01-01T00:00:00Z\"");
        pin("app%3Db", 1, "");

        JsonNode explained = explain("app=a");
        assertThat(explained.propertyNames())
                .containsExactly("topic", "revision", "version", "kind", "scope", "pin", "withoutPins", "because");
        assertThat(explained.get("revision").longValue()).isEqualTo(5);
        assertThat(explained.get("version").longValue()).isEqualTo(1);
        assertThat(explained.get("kind").stringValue()).isEqualTo("PIN");
        assertThat(explained.get("scope").stringValue()).isEqualTo("app=a");
        assertThat(explained.get("pin").get("expiresAt").stringValue()).isEqualTo("2999-01-01T00:00:00Z");
        assertThat(explained.get("withoutPins").longValue()).isEqualTo(2);
        assertThat(because(explained))
                .satisfiesExactly(
                        pinned -> assertThat(pinned)
                                .matches("Version 1 is pinned for app=a by unverified:\\S+ since \\S+Z: calm\\."
                                        + " The pin expires at 2999-01-01T00:00:00Z\\."),
                        without ->
                                assertThat(without).isEqualTo("Without pins it would run version 2, published to *."),
                        beaten -> assertThat(beaten)
                                .isEqualTo("The pin of * to version 2 matches too, but the one that decides is more"
                                        + " specific."));
    }

    @Test
    void aPublicationIsExplainedWithWhatIsNewerAndNotForThisConsumer() {
        http.publish(topic, "one");
        http.post(path + "/versions?scope=app%3Da", "two").isStatus(201);
        http.post(path + "/versions?scope=app%3Db&scope=region%3Deu", "three").isStatus(201);
        http.post(path + "/versions?stage=true", "four").isStatus(201);

        JsonNode explained = explain("app=a");
        assertThat(explained.propertyNames())
                .containsExactly("topic", "revision", "version", "kind", "scope", "publication", "because");
        assertThat(explained.get("kind").stringValue()).isEqualTo("PUBLICATION");
        assertThat(explained.get("publication").get("version").longValue()).isEqualTo(2);
        assertThat(because(explained))
                .satisfiesExactly(
                        published -> assertThat(published)
                                .startsWith("Version 2 is the highest that is published for app=a: to app=a by "),
                        elsewhere -> assertThat(elsewhere)
                                .isEqualTo("Published only to other scopes: 3 to app=b; 3 to region=eu."),
                        staged -> assertThat(staged).isEqualTo("Version 4, the newest, is published to nobody now."));
    }

    @Test
    void aVersionThatIsHeldBackIsExplainedWithWhatStandsInForIt() {
        http.publish(topic, "one");
        http.publish(topic, "two");
        node.bean(HeldByTests.class).hold(topic, 2, 1);
        JsonNode explained = explain("app=a");
        assertThat(explained.get("version").longValue()).isEqualTo(2);
        assertThat(explained.get("kind").stringValue()).isEqualTo("PUBLICATION");
        assertThat(explained.get("heldBack").toString())
                .isEqualTo("{\"version\":2,\"since\":\"1970-01-01T00:00:00Z\",\"standIn\":1}");
        assertThat(because(explained).get(0))
                .isEqualTo("Version 2 is held back by the consistency check since 1970-01-01T00:00:00Z: its payload is"
                        + " missing. Who has a value keeps it; who has none is given version 1.");
        assertThat(because(explained).get(1)).startsWith("Version 2 is the highest that is published for app=a");

        node.bean(HeldByTests.class).hold(topic, 2, 0);
        assertThat(explain("app=a").get("heldBack").has("standIn")).isFalse();
        assertThat(because(explain("app=a")).get(0))
                .endsWith("who has none is given nothing, for no older version can stand in.");
    }

    @Test
    void whatWasTakenBackIsToldWithWhoAndWhy() {
        for (String text : List.of("one", "two", "three")) {
            http.publish(topic, text);
        }
        http.post(path + "/versions?scope=app%3Dother", "four").isStatus(201);
        commit(new QuarantineVersion(3, "poison"));
        commit(new WithdrawVersion(2, Scopes.GLOBAL, "too early"));
        commit(new QuarantineVersion(4, "not asked for"));

        JsonNode explained = explain("region=eu");
        assertThat(explained.get("version").longValue()).isEqualTo(1);
        assertThat(because(explained))
                .anySatisfy(text -> assertThat(text)
                        .matches("Version 3 does not count: it was quarantined by tester at \\S+: poison\\."))
                .anySatisfy(text ->
                        assertThat(text).matches("Version 2 was withdrawn from \\* by tester at \\S+: too early\\."))
                .noneSatisfy(text -> assertThat(text).contains("not asked for"));
    }

    @Test
    void aShareIsExplainedByTheBucketOfTheInstance() {
        http.publish(topic, "one");
        http.post(path + "/versions?stage=true", "two").isStatus(201);
        commit(new AddScope(
                2,
                Scopes.GLOBAL,
                Share.newBuilder().setBound(5_000).setSalt("s").build(),
                ""));
        List<String> in = new ArrayList<>();
        List<String> out = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            JsonNode explained = explain("instance=i-" + i);
            List<String> because = because(explained);
            if (explained.get("version").longValue() == 2) {
                in.add(because.get(1));
            } else {
                out.add(because.get(1));
            }
        }
        assertThat(in)
                .isNotEmpty()
                .allSatisfy(text -> assertThat(text)
                        .matches(
                                "Version 2 is published to \\* for 50.0 % of the instances only; i-\\d+ is one of them \\(its"
                                        + " bucket is \\d+, those below 5000 are in\\)\\."));
        assertThat(out).isNotEmpty().allSatisfy(text -> assertThat(text).contains("is not one of them"));
        assertThat(because(explain("")).get(1)).contains("an instance without a name");
    }

    @Test
    void nothingIsExplainedToo() {
        http.get(path + "/explain").isProblem(404, "TOPIC_NOT_FOUND");
        http.json("PUT", path, "{}").isStatus(201);
        assertThat(because(nothing(""))).contains("The topic has no version yet.");
        http.post(path + "/versions?scope=app%3Da", "one").isStatus(201);
        assertThat(because(nothing("app=b")))
                .containsExactly("No version is published for app=b.", "Published only to other scopes: 1 to app=a.");
        commit(new DeleteTopic(2, "unused"));
        assertThat(because(nothing("app=a")))
                .singleElement()
                .asString()
                .startsWith("The topic was deleted by tester at ")
                .contains(": unused. ");
    }

    @Test
    void aPastThatIsExplainedIsNamed() {
        http.publish(topic, "one");
        String at = http.get(path + "/versions/1").json().get("publishedAt").stringValue();
        JsonNode explained = explain("at=" + at);
        assertThat(explained.get("at").stringValue()).isEqualTo(at);
        assertThat(explained.get("revision").longValue()).isEqualTo(1);
        http.get(path + "/explain?zone=eu").isInvalid("zone");
    }

    private JsonNode explain(String query) {
        return http.get(path + "/explain?" + query).isStatus(200).json();
    }

    private JsonNode nothing(String query) {
        JsonNode explained = explain(query);
        assertThat(explained.propertyNames()).containsExactly("topic", "revision", "kind", "because");
        assertThat(explained.get("kind").stringValue()).isEqualTo("NOTHING");
        return explained;
    }

    private void pin(String scope, long version, String more) {
        http.json("PUT", path + "/pins?scope=" + scope, "{\"version\":" + version + ",\"reason\":\"calm\"" + more + "}")
                .isStatus(200);
    }

    private void commit(Command command) {
        node.commits().commit(topic, command, "tester", null);
    }

    private static List<String> because(JsonNode explained) {
        List<String> sentences = new ArrayList<>();
        explained.get("because").forEach(sentence -> sentences.add(sentence.stringValue()));
        return sentences;
    }
}
