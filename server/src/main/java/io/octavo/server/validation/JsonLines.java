package io.octavo.server.validation;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Looks whether each line of a payload is a JSON value, and holds it against the schema if there is one. */
final class JsonLines implements Check {
    /** Bytes of a line, without its end. */
    static final int LONGEST_LINE = 1 << 20;

    private final @Nullable SchemaCheck schema;
    private final KeptBytes line;
    private final Findings findings = new Findings();
    private long number = 1;

    JsonLines(Memory memory, @Nullable SchemaCheck schema) {
        this.schema = schema;
        this.line = new KeptBytes(memory, LONGEST_LINE);
    }

    @Override
    public void take(byte[] bytes, int offset, int length) {
        int from = offset;
        for (int at = offset; at < offset + length; at++) {
            if (bytes[at] == '\n') {
                keep(bytes, from, at - from);
                look();
                from = at + 1;
            }
        }
        keep(bytes, from, offset + length - from);
    }

    @Override
    public void end() {
        if (!line.isEmpty()) {
            look();
        }
        if (!findings.isEmpty()) {
            throw findings.refusal();
        }
    }

    @Override
    public void close() {
        line.close();
    }

    private void keep(byte[] bytes, int offset, int length) {
        if (!line.add(bytes, offset, length)) {
            throw Findings.refusal(field(), "more than " + LONGEST_LINE + " bytes", "shorter lines");
        }
    }

    private void look() {
        try {
            if (schema != null) {
                schema.run(line::text, field(), findings);
            } else if (Json.read(line.text()).isMissingNode()) {
                throw Findings.refusal(field(), "nothing", "a JSON value in each line");
            }
        } catch (JacksonException noJson) {
            throw Json.refusal(field(), noJson);
        }
        if (findings.isFull()) {
            throw findings.refusal();
        }
        line.clear();
        number++;
    }

    private String field() {
        return "payload line " + number;
    }
}
