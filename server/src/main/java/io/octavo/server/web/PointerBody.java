package io.octavo.server.web;

import com.google.protobuf.ByteString;
import io.octavo.protocol.S3Location;
import io.octavo.rules.Digests;
import io.octavo.rules.InvalidField;
import io.octavo.server.publish.PayloadIntake.Announced;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A version made of objects that are in S3 already: where they are, and what they are. */
record PointerBody(List<S3Location> locations, Announced announced, Map<String, String> metadata) {
    static final String MEDIA_TYPE = "application/vnd.octavo.pointer+json";

    private static final List<String> FIELDS = List.of("locations", "size", "sha256", "metadata");
    private static final List<String> LOCATION_FIELDS = List.of("region", "bucket", "key");
    private static final int MOST_LOCATIONS = 16;

    static PointerBody of(HttpServletRequest request) throws IOException {
        JsonBody body = JsonBody.of(request, FIELDS);
        JsonNode metadata = body.object().get("metadata");
        return new PointerBody(
                locations(body.object().get("locations")),
                new Announced(body.requiredNumber("size", 0), sha256(body.requiredText("sha256")), ""),
                metadata == null || metadata.isNull() ? Map.of() : Metadata.ofJson("metadata", metadata));
    }

    private static List<S3Location> locations(JsonNode node) {
        if (!(node instanceof ArrayNode array) || array.isEmpty() || array.size() > MOST_LOCATIONS) {
            throw new InvalidField(
                    "locations", node == null ? "none" : node, "1 to " + MOST_LOCATIONS + " of region, bucket and key");
        }
        List<S3Location> locations = new ArrayList<>();
        for (JsonNode entry : array) {
            String prefix = "locations[" + locations.size() + "]";
            if (!(entry instanceof ObjectNode object)) {
                throw new InvalidField(prefix, entry, "region, bucket and key");
            }
            JsonBody.checkNames(prefix + ".", object, LOCATION_FIELDS);
            locations.add(S3Location.newBuilder()
                    .setRegion(text(prefix, object, "region"))
                    .setBucket(text(prefix, object, "bucket"))
                    .setKey(text(prefix, object, "key"))
                    .build());
        }
        return locations;
    }

    private static String text(String prefix, ObjectNode object, String name) {
        JsonNode node = object.get(name);
        if (node == null || !node.isString()) {
            throw new InvalidField(prefix + "." + name, node == null ? "none" : node, "a text");
        }
        return node.stringValue();
    }

    private static ByteString sha256(String hex) {
        try {
            byte[] bytes = HexFormat.of().parseHex(hex);
            if (bytes.length == Digests.LENGTH) {
                return ByteString.copyFrom(bytes);
            }
        } catch (IllegalArgumentException e) {
            // Said below, as of any other text that is no digest.
        }
        throw new InvalidField("sha256", hex, "64 hexadecimal digits");
    }
}
