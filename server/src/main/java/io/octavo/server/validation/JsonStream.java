package io.octavo.server.validation;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.async.ByteArrayFeeder;

/** Looks whether a payload of any size is one JSON value, and keeps nothing but the text that it is in. */
final class JsonStream implements Check {
    private static final String FIELD = "payload";

    private final Utf8 utf8 = new Utf8();
    private final Names names = new Names();
    private final JsonParser parser = Json.FACTORY.createNonBlockingByteArrayParser(ObjectReadContext.empty());
    private final ByteArrayFeeder feeder = (ByteArrayFeeder) parser.nonBlockingInputFeeder();
    private int depth;
    private int values;

    @Override
    public void take(byte[] bytes, int offset, int length) {
        utf8.take(bytes, offset, length);
        guarded(() -> {
            feeder.feedInput(bytes, offset, offset + length);
            parse();
        });
    }

    @Override
    public void end() {
        utf8.end();
        guarded(() -> {
            feeder.endOfInput();
            parse();
        });
        if (values == 0) {
            throw Findings.refusal(FIELD, "nothing", "one JSON value");
        }
    }

    @Override
    public void close() {
        parser.close();
    }

    private void parse() {
        for (JsonToken token = parser.nextToken();
                token != null && token != JsonToken.NOT_AVAILABLE;
                token = parser.nextToken()) {
            see(token);
        }
    }

    private void see(JsonToken token) {
        if (token == JsonToken.PROPERTY_NAME) {
            if (!names.add(parser.currentName())) {
                throw at("the name " + parser.currentName() + " again", "each name once in an object");
            }
            return;
        }
        if (token.isStructEnd()) {
            depth--;
            names.leave();
            return;
        }
        if (depth == 0 && ++values > 1) {
            throw at("another value", "one JSON value; if each line is one, validation.format is json-lines");
        }
        if (token.isStructStart()) {
            depth++;
            names.enter();
        }
    }

    private RuntimeException at(String found, String expected) {
        return Findings.refusal(
                FIELD + " line " + parser.currentLocation().getLineNr() + " column "
                        + parser.currentLocation().getColumnNr(),
                found,
                expected);
    }

    private static void guarded(Runnable step) {
        try {
            step.run();
        } catch (JacksonException | IllegalStateException noJson) {
            throw Json.refusal(FIELD, noJson);
        }
    }
}
