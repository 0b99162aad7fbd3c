package io.octavo.server.validation;

import io.octavo.server.errors.ServiceException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How JSON of others is read: strictly, and never more than memory allows. */
final class Json {
    /** Characters of one text or name, in which a stream's memory ends. */
    private static final int LONGEST_TEXT = 4 << 20;

    /** The tree of the worst million tokens takes some 60 MB. */
    private static final long MOST_TOKENS = 1_000_000;

    private static final StreamReadConstraints STREAM =
            StreamReadConstraints.builder().maxStringLength(LONGEST_TEXT).build();

    /** For streams, in which names are looked at elsewhere. */
    static final JsonFactory FACTORY =
            JsonFactory.builder().streamReadConstraints(STREAM).build();

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            STREAM.rebuild().maxTokenCount(MOST_TOKENS).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private Json() {}

    /**
     * Reads one value.
     *
     * @throws JacksonException if it is none
     */
    static JsonNode read(Reader text) {
        return MAPPER.readTree(text);
    }

    /** Reads one value. */
    static JsonNode read(String text) {
        return MAPPER.readTree(text);
    }

    /**
     * What is wrong with a text that is no JSON.
     *
     * @param place the field; where in it is added
     */
    static ServiceException refusal(String place, RuntimeException thrown) {
        if (thrown.getCause() instanceof CharacterCodingException) {
            return Findings.refusal(place, "other bytes", "UTF-8");
        }
        if (!(thrown instanceof JacksonException e)) {
            return Findings.refusal(place, String.valueOf(thrown.getMessage()), "JSON");
        }
        return Findings.refusal(place + where(e.getLocation(), place), e.getOriginalMessage(), "JSON");
    }

    /** What the place doesn't say yet. */
    private static String where(@Nullable TokenStreamLocation at, String place) {
        if (at == null || at.getLineNr() < 1) {
            return "";
        }
        return (place.contains(" line ") ? "" : " line " + at.getLineNr()) + " column " + at.getColumnNr();
    }
}
