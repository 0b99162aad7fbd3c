package io.octavo.server.validation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemasTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\"}",
                "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":\"https://example.com/a\","
                        + "\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":\"string\",\"format\":\"date\"}}}",
                "{\"properties\":{\"$ref\":{\"type\":\"string\"}}}",
            })
    void schemasAreTaken(String schema) {
        Schemas.check("schema", schema);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "[]",
                "{",
                "{\"type\":\"strin\"}",
                "{\"type\":\"string\",\"type\":\"null\"}",
                "{\"minimum\":\"1\"}",
                "{\"pattern\":\"(\"}",
                "{\"$ref\":\"https://example.com/schema\"}",
                "{\"$ref\":\"classpath:application.yaml\"}",
                "{\"$ref\":\"file:///etc/passwd\"}",
                "{\"items\":{\"$dynamicRef\":\"other.json\"}}",
                "{\"$schema\":\"https://example.com/dialect\"}",
                "{\"$ref\":\"#/$defs/missing\"}",
            })
    void whatIsNoSchemaOrNotCompleteInItselfIsRefused(String schema) {
        assertThatThrownBy(() -> Schemas.check("schema", schema))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("schema");
    }

    @Test
    void schemasAreSmall() {
        assertThatThrownBy(() -> Schemas.check("schema", "{\"title\":\"" + "x".repeat(Schemas.MOST_BYTES) + "\"}"))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("at most 16384 bytes");
    }
}
