package io.octavo.server.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.networknt.schema.Error;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON Schemas as owners set them. Nothing that a schema names is ever fetched. */
public final class Schemas {
    /** Bytes of a schema: it is kept in the head of its topic. */
    public static final int MOST_BYTES = 16 << 10;

    private static final List<String> REFERENCES = List.of("$ref", "$dynamicRef", "$recursiveRef");
    private static final String DIALECTS = Arrays.stream(SpecificationVersion.values())
            .map(SpecificationVersion::getDialectId)
            .collect(Collectors.joining(", "));

    private Schemas() {}

    /**
     * Checks a schema before it is set: small, correct by its own meta-schema, and complete in itself.
     *
     * @param field names it
     * @throws InvalidField if it can't be taken
     */
    public static void check(String field, String text) {
        int size = text.getBytes(UTF_8).length;
        if (size > MOST_BYTES) {
            throw new InvalidField(field, size + " bytes", "at most " + MOST_BYTES + " bytes");
        }
        JsonNode schema;
        try {
            schema = Json.read(text);
        } catch (JacksonException e) {
            throw new InvalidField(field, e.getOriginalMessage(), "a JSON Schema");
        }
        if (!(schema instanceof ObjectNode)) {
            throw new InvalidField(field, schema, "a JSON Schema, as an object");
        }
        checkNames(field, schema);
        try {
            Deadline deadline = new Deadline(Duration.ofSeconds(5), System::nanoTime);
            checkAgainstMeta(field, schema, deadline);
            compile(schema, deadline);
        } catch (InvalidField e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw new InvalidField(field, "can't be used: " + e.getMessage(), "a JSON Schema");
        }
    }

    /**
     * Makes a schema ready for one thread.
     *
     * @param deadline ends matching a regular expression
     */
    static Schema compile(JsonNode schema, Deadline deadline) {
        // A registry of its own: two topics may have different schemas of the same $id.
        Schema compiled = registry(deadline).getSchema(schema);
        compiled.initializeValidators();
        return compiled;
    }

    private static SchemaRegistry registry(Deadline deadline) {
        SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                .locale(Locale.ENGLISH)
                .pathType(PathType.JSON_POINTER)
                .formatAssertionsEnabled(true)
                .regularExpressionFactory(regex -> new BoundedPattern(regex, deadline)::isFoundIn)
                .build();
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaRegistryConfig(config)
                        .schemaLoader(loader -> loader.fetchRemoteResources(false)));
    }

    private static void checkAgainstMeta(String field, JsonNode schema, Deadline deadline) {
        String dialect = SpecificationVersion.fromSchemaNode(schema)
                .orElse(SpecificationVersion.DRAFT_2020_12)
                .getDialectId();
        Schema meta = registry(deadline).getSchema(SchemaLocation.of(dialect));
        BoundedRun run = new BoundedRun(deadline);
        try {
            meta.validate(run, schema, OutputFormat.DEFAULT);
        } catch (BoundedRun.Enough enough) {
            // The first is told.
        }
        if (!run.found().isEmpty()) {
            Error first = run.found().get(0);
            throw new InvalidField(
                    field + "#" + first.getInstanceLocation(), first.getInstanceNode(), first.getMessage());
        }
    }

    /** What a schema refers to is in it, or is known. */
    private static void checkNames(String field, JsonNode node) {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            JsonNode value = entry.getValue();
            if (value.isString() && REFERENCES.contains(entry.getKey())) {
                if (!value.stringValue().startsWith("#")) {
                    throw new InvalidField(
                            field, entry.getKey() + " " + value.stringValue(), "references within the schema: #…");
                }
            } else if (value.isString() && entry.getKey().equals("$schema")) {
                if (SpecificationVersion.fromDialectId(value.stringValue()).isEmpty()) {
                    throw new InvalidField(field, "$schema " + value.stringValue(), "one of " + DIALECTS);
                }
            }
        }
        node.forEach(child -> checkNames(field, child));
    }
}
