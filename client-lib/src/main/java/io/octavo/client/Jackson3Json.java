package io.octavo.client;

import java.io.InputStream;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON by Jackson 3. Loaded only where that is on the class path. */
final class Jackson3Json<T> implements Deserializer<T> {
    private final ObjectReader reader;

    Jackson3Json(Class<T> type) {
        reader = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build()
                .readerFor(type);
    }

    @Override
    public T deserialize(Payload payload) throws Exception {
        try (InputStream in = payload.openStream()) {
            return reader.readValue(in);
        }
    }
}
