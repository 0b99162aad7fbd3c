package io.octavo.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Live consumers in words. */
final class Fleet {
    private Fleet() {}

    /** Region, app and cluster of a consumer, as people write a scope. */
    static String scope(JsonNode consumer) {
        List<String> pairs = new ArrayList<>();
        for (String key : List.of("region", "app", "cluster")) {
            if (!Json.text(consumer, key).isEmpty()) {
                pairs.add(key + "=" + Json.text(consumer, key));
            }
        }
        return String.join(",", pairs);
    }

    /** A version; empty for none. */
    static String version(JsonNode consumer, String field) {
        return consumer.hasNonNull(field) ? Long.toString(Json.number(consumer, field)) : "";
    }

    /** Whether every node said what its consumers report. */
    static boolean isWhole(JsonNode answer) {
        return Json.number(answer, "nodes") > 0 && Json.number(answer, "nodesAnswered") == Json.number(answer, "nodes");
    }

    static String nodes(JsonNode answer) {
        return Json.number(answer, "nodesAnswered") + " of " + Json.number(answer, "nodes") + " nodes answered";
    }

    /** Says so if there may be more than the answer tells of. */
    static void noteMissing(Session session, JsonNode answer) {
        if (!isWhole(answer)) {
            session.note(nodes(answer) + ": there may be more.");
        }
        if (answer.hasNonNull("notRecorded")) {
            session.note("About " + Json.number(answer, "notRecorded")
                    + " instances more poll the nodes than they have the memory to record.");
        }
    }
}
