package io.octavo.client;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.InputStream;

/** Reads JSON by Jackson 2. Loaded only where that is on the class path. */
final class Jackson2Json<T> implements Deserializer<T> {
    private final ObjectReader reader;

    Jackson2Json(Class<T> type) {
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
