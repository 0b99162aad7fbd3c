package io.octavo.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A change that a command asks for: what is sent, what a person is told before it is done, and the command that asks
 * for the same again. Put together step by step; not safe for use by several threads.
 */
final class Write {
    private final String method;
    private final Target target;
    private final CommandWords again;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final List<String> told = new ArrayList<>();
    private @Nullable JsonNode body;
    private Function<JsonNode, List<String>> preview = Impact::lines;

    private Write(String method, Target target, CommandWords again) {
        this.method = method;
        this.target = target;
        this.again = again;
    }

    /** @param again the command that asks for this change, without what says how to do it: no key and no {@code --yes} */
    static Write of(String method, Target target, CommandWords again) {
        return new Write(method, target, again);
    }

    Write header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    Write body(JsonNode document) {
        body = document;
        return this;
    }

    /** One line of what a person is told. */
    Write tell(String label, String text) {
        told.add(line(label, text));
        return this;
    }

    /** How the answer to a dry run is told, if not as its impact. */
    Write preview(Function<JsonNode, List<String>> lines) {
        preview = lines;
        return this;
    }

    /** A label and what belongs to it, as all of a preview's lines are written. */
    static String line(String label, String text) {
        return String.format("%-12s %s", label, text);
    }

    String method() {
        return method;
    }

    Target target() {
        return target;
    }

    Map<String, String> headers() {
        return headers;
    }

    @Nullable
    JsonNode body() {
        return body;
    }

    CommandWords again() {
        return again;
    }

    /**
     * What a person is told before it is done.
     *
     * @param tried the answer to a dry run
     */
    List<String> lines(JsonNode tried) {
        List<String> lines = new ArrayList<>(told);
        lines.addAll(preview.apply(tried));
        return lines;
    }
}
