package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.security.AccessRole;
import io.octavo.server.security.Grant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads grants out of a request: {@code [{"role","topics"?,"scopes"?}]}. */
final class GrantsBody {
    private static final List<String> FIELDS = List.of("role", "topics", "scopes");

    private GrantsBody() {}

    static List<Grant> read(@Nullable JsonNode grants) {
        if (grants == null || !grants.isArray()) {
            throw new InvalidField("grants", grants == null ? "none" : grants, "a list of grants");
        }
        List<Grant> read = new ArrayList<>();
        for (JsonNode grant : grants) {
            read.add(grant(grant));
        }
        return read;
    }

    /** The texts of a list; empty if there is no list. */
    static List<String> texts(String field, @Nullable JsonNode list) {
        List<String> texts = new ArrayList<>();
        if (list == null || list.isNull()) {
            return texts;
        }
        if (!list.isArray()) {
            throw new InvalidField(field, list, "a list of texts");
        }
        for (JsonNode text : list) {
            if (!text.isString()) {
                throw new InvalidField(field, text, "a text");
            }
            texts.add(text.stringValue());
        }
        return texts;
    }

    private static Grant grant(JsonNode node) {
        if (!(node instanceof ObjectNode grant)) {
            throw new InvalidField("grants", node, "objects with a role and topics");
        }
        JsonBody.checkNames("grants.", grant, FIELDS);
        JsonNode role = grant.get("role");
        List<String> topics = texts("grants.topics", grant.get("topics"));
        return new Grant(
                AccessRole.parse("grants.role", role == null ? "none" : role.asString("")),
                topics,
                texts("grants.scopes", grant.get("scopes")).stream()
                        .map(Scopes::parse)
                        .toList());
    }
}
