package io.octavo.server.validation;

import tools.jackson.core.JacksonException;

/** Holds a payload against a schema, as one JSON document. */
final class JsonDocument implements Check {
    private static final String FIELD = "payload";

    private final SchemaCheck schema;
    private final int most;
    private final KeptBytes bytes;

    JsonDocument(Memory memory, int most, SchemaCheck schema) {
        this.most = most;
        this.bytes = new KeptBytes(memory, most);
        this.schema = schema;
    }

    @Override
    public void take(byte[] more, int offset, int length) {
        if (!bytes.add(more, offset, length)) {
            throw Findings.refusal(
                    FIELD,
                    "more than " + most + " bytes",
                    "at most that with a validation.schema; json-lines may be larger");
        }
    }

    @Override
    public void end() {
        Findings findings = new Findings();
        try {
            schema.run(bytes::text, FIELD, findings);
        } catch (JacksonException noJson) {
            throw Json.refusal(FIELD, noJson);
        }
        if (!findings.isEmpty()) {
            throw findings.refusal();
        }
    }

    @Override
    public void close() {
        bytes.close();
    }
}
