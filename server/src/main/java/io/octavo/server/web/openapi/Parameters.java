package io.octavo.server.web.openapi;

import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.parameters.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All parameters and headers of the REST API. A name means the same wherever it is read. */
final class Parameters {
    private static final Pattern IN_PATH = Pattern.compile("\\{([^}]+)}");
    private static final Map<String, Described> QUERY = new LinkedHashMap<>();
    private static final Map<String, Described> PATH = new LinkedHashMap<>();
    private static final Map<String, Described> HEADERS = new LinkedHashMap<>();

    private record Described(String type, boolean isList, String text) {
        static Described of(String type, String text) {
            return new Described(type, false, text);
        }
    }

    static {
        text(PATH, "topic", "The topic's name.");
        PATH.put("version", Described.of("integer", "The version's number."));
        text(PATH, "task", "The name of a task of housekeeping.");
        text(PATH, "name", "The name of a token.");
        text(PATH, "key", "An idempotency key, percent-encoded; one with a slash in it can't be asked for.");

        QUERY.put(
                "scope",
                new Described(
                        "string",
                        true,
                        "A scope: region=…,app=…,cluster=…, or * for everybody. To be percent-encoded. Empty is an"
                                + " error."));
        QUERY.put("meta", new Described("string", true, "An entry of the metadata, key=value; may be repeated."));
        flag("stage", "Published to nobody yet.");
        text(QUERY, "hold", "Keeps the version from retention; why.");
        flag("ifChanged", "Makes nothing if the newest version has the same digest, metadata and scopes.");
        flag("dryRun", "All checks and no change; the answer tells the impact.");
        flag("noWait", "Answers 202 at once; the list of tasks tells when the run is over, and what it did.");
        text(QUERY, "confirm", "Lets go what the task has stopped: the word by which it told of that.");
        flag("force", "Does it although live consumers would be left without any version.");
        text(QUERY, "reason", "Why, for the audit trail.");
        text(QUERY, "expiresAt", "When it ends by itself: a time (RFC 3339).");
        text(QUERY, "holder", "In whose name a version is held.");
        for (String part : List.of("region", "app", "cluster", "instance")) {
            text(
                    QUERY,
                    part,
                    "The consumer's " + part + "; without it, of a consumer that has none. In lists: of any.");
        }
        text(QUERY, "at", "An instant of the past (RFC 3339). What lies beyond the audit trail is a 410.");
        QUERY.put(
                "minRevision",
                Described.of(
                        "integer",
                        "The answer is of this revision of the topic or a later one; what can't be had soon is a 503. Not"
                                + " together with at."));
        flag(
                "strict",
                "The answer sees every write that was acknowledged before; what can't be had soon is a 503. Dear: not for"
                        + " polling. Not together with at.");
        text(QUERY, "since", "A time (RFC 3339), or how long ago, like 1h or 7d. At most 30 days; usually 1h.");
        text(QUERY, "who", "Part of who did it.");
        text(QUERY, "kind", "What was done, like PUBLISHED or PINNED.");
        text(QUERY, "topic", "Of this topic only.");
        text(QUERY, "state", "In this state only: FETCHING, APPLIED, FAILED, OVERRIDDEN or UNRESOLVED.");
        flag("lagging", "Only those that don't run what they are to run.");
        QUERY.put("epoch", Described.of("integer", "The epoch that topics are taken into: the one that stands."));
        QUERY.put("expected", Described.of("integer", "The epoch that stands; if it is another one, nothing is done."));
        QUERY.put(
                "above",
                Described.of("integer", "An epoch that the new one must be above, such as the highest exported."));
        flag("goOn", "Begins nothing: answers the epoch that stands, if it is the one expected.");
        text(QUERY, "query", "Part of the name.");
        text(QUERY, "owner", "Of this owner only.");
        QUERY.put("limit", Described.of("integer", "How many on a page: 1 to 1000, usually 100."));
        text(
                QUERY,
                "pageToken",
                "The nextPageToken of the page before. A page that searches may be short or empty and still have one:"
                        + " what one call reads is bounded.");

        text(HEADERS, "Idempotency-Key", "A repetition with the same key is answered as the first time was.");
        HEADERS.put(
                "Octavo-Expected-Version",
                Described.of("integer", "The newest version there must be, 0 for none; else it is a 409."));
        text(HEADERS, "Content-Digest", "sha-256 of the payload (RFC 9530), verified.");
        text(HEADERS, "Octavo-Who", "Who asks, where nobody proves who he is: user@host.");
        text(HEADERS, "If-Match", "The ETag of the topic that was seen; a topic that has changed since is a 412.");
        text(HEADERS, "If-None-Match", "An ETag; what has it still is a 304.");
        text(
                HEADERS,
                "Prefer",
                "wait=25: what would be a 304 waits so many seconds, at most 30, for another version; answered with"
                        + " Preference-Applied: wait.");
        text(HEADERS, "If-Range", "The ETag of the bytes that the range is of.");
        text(HEADERS, "Range", "A range of bytes; of several, none is honoured.");
    }

    private Parameters() {}

    /** The parameters of a call, those of its path first. */
    static List<Parameter> of(String path, Call call) {
        List<Parameter> parameters = new ArrayList<>();
        Matcher name = IN_PATH.matcher(path);
        while (name.find()) {
            parameters.add(parameter("path", name.group(1), PATH).required(true));
        }
        for (String query : call.query()) {
            parameters.add(parameter("query", query, QUERY));
        }
        for (String header : call.headers()) {
            parameters.add(parameter("header", header, HEADERS));
        }
        return parameters;
    }

    private static Parameter parameter(String in, String name, Map<String, Described> known) {
        Described described = known.get(name);
        if (described == null) {
            throw new IllegalStateException(in + " parameter " + name + " (expected: one that "
                    + Parameters.class.getName() + " describes; add it there)");
        }
        JsonSchema schema = new JsonSchema();
        schema.addType(described.type());
        Parameter parameter = new Parameter().in(in).name(name).description(described.text());
        if (!described.isList()) {
            return parameter.schema(schema);
        }
        JsonSchema list = new JsonSchema();
        list.addType("array");
        list.setItems(schema);
        return parameter.schema(list).style(Parameter.StyleEnum.FORM).explode(true);
    }

    private static void text(Map<String, Described> known, String name, String text) {
        known.put(name, Described.of("string", text));
    }

    private static void flag(String name, String text) {
        QUERY.put(name, Described.of("boolean", text));
    }
}
