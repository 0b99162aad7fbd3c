package io.octavo.server.web.openapi;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.JsonSchema;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schemas of the records that requests and answers are made of. What a record does not mark as nullable is always
 * there; what it does is left out rather than null, but a request may say null too.
 */
final class Schemas {
    private static final Map<Class<?>, List<String>> SIMPLE = Map.of(
            String.class, List.of("string"),
            boolean.class, List.of("boolean"),
            Boolean.class, List.of("boolean"),
            int.class, List.of("integer", "int32"),
            Integer.class, List.of("integer", "int32"),
            long.class, List.of("integer", "int64"),
            Long.class, List.of("integer", "int64"),
            Double.class, List.of("number", "double"),
            Instant.class, List.of("string", "date-time"),
            ObjectNode.class, List.of("object"));

    private final Components components;
    private final Map<String, Class<?>> names = new HashMap<>();

    Schemas(Components components) {
        this.components = components;
    }

    /** A reference to the schema of a record that is answered. */
    JsonSchema ofAnswer(Class<?> type) {
        return of(type, false);
    }

    /** A reference to the schema of a record that is read. */
    JsonSchema ofRequest(Class<?> type) {
        return of(type, true);
    }

    /** One of several. */
    JsonSchema anyOf(List<JsonSchema> schemas) {
        if (schemas.size() == 1) {
            return schemas.get(0);
        }
        JsonSchema any = new JsonSchema();
        schemas.forEach(any::addAnyOfItem);
        return any;
    }

    private JsonSchema of(Type type, boolean isRequest) {
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            return container(raw, generic, isRequest);
        }
        if (!(type instanceof Class<?> plain)) {
            throw unknown(type);
        }
        List<String> simple = SIMPLE.get(plain);
        if (simple != null) {
            JsonSchema schema = typed(simple.get(0));
            if (simple.size() > 1) {
                schema.setFormat(simple.get(1));
            }
            return schema;
        }
        if (plain.isEnum()) {
            JsonSchema schema = typed("string");
            schema.setEnum(Arrays.stream(plain.getEnumConstants())
                    .<Object>map(Object::toString)
                    .toList());
            return schema;
        }
        return reference(plain, isRequest);
    }

    private JsonSchema container(Class<?> raw, ParameterizedType generic, boolean isRequest) {
        if (Collection.class.isAssignableFrom(raw)) {
            JsonSchema list = typed("array");
            list.setItems(of(generic.getActualTypeArguments()[0], isRequest));
            return list;
        }
        if (Map.class.isAssignableFrom(raw)) {
            JsonSchema map = typed("object");
            map.setAdditionalProperties(of(generic.getActualTypeArguments()[1], isRequest));
            return map;
        }
        throw unknown(generic);
    }

    private JsonSchema reference(Class<?> type, boolean isRequest) {
        RecordComponent[] fields = type.getRecordComponents();
        if (fields == null) {
            throw unknown(type);
        }
        String name = type.getSimpleName();
        Class<?> known = names.putIfAbsent(name, type);
        if (known == null) {
            JsonSchema schema = typed("object");
            components.addSchemas(name, schema);
            addFields(schema, fields, isRequest, true);
        } else if (known != type) {
            throw new IllegalStateException("record " + name + ": " + type + " and " + known
                    + " (expected: different names, which are those of their schemas)");
        }
        JsonSchema reference = new JsonSchema();
        reference.set$ref("#/components/schemas/" + name);
        return reference;
    }

    /** @param areThere whether what is not nullable is always there */
    private void addFields(JsonSchema schema, RecordComponent[] fields, boolean isRequest, boolean areThere) {
        for (RecordComponent field : fields) {
            boolean isNullable = isNullable(field.getAnnotatedType());
            if (field.getAccessor().isAnnotationPresent(JsonUnwrapped.class)) {
                addFields(schema, field.getType().getRecordComponents(), isRequest, areThere && !isNullable);
                continue;
            }
            JsonSchema property = of(field.getGenericType(), isRequest);
            if (areThere && !isNullable) {
                schema.addRequiredItem(field.getName());
            }
            schema.addProperty(field.getName(), isNullable && isRequest ? orNull(property) : property);
        }
    }

    private static JsonSchema orNull(JsonSchema schema) {
        JsonSchema any = new JsonSchema();
        any.addAnyOfItem(schema);
        any.addAnyOfItem(typed("null"));
        return any;
    }

    private static boolean isNullable(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    private static JsonSchema typed(String type) {
        JsonSchema schema = new JsonSchema();
        schema.addType(type);
        return schema;
    }

    private static IllegalStateException unknown(Type type) {
        return new IllegalStateException(
                "type " + type + " (expected: a record, an enum, text, number, flag, time, or a list or map of them)");
    }
}
