package io.octavo.spring;

import io.octavo.client.Deserializer;
import java.io.InputStream;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;

/** Values read as JSON, by the application's own mapper. Not loaded without Jackson. */
final class JsonValues {
    private JsonValues() {}

    /** Null if the application has no mapper. */
    static @Nullable Deserializer<?> of(Type type, ListableBeanFactory beans) {
        JsonMapper mapper = beans.getBeanProvider(JsonMapper.class).getIfUnique();
        if (mapper == null) {
            return null;
        }
        JavaType wanted = mapper.constructType(type);
        return payload -> {
            try (InputStream in = payload.openStream()) {
                return mapper.<Object>readValue(in, wanted);
            }
        };
    }
}
