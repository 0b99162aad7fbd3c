package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "consumers",
        header = "Lists live consumers: what each runs, and what it is to run.",
        description = {
            "Shows what the processes that poll the service have reported, gathered from all its nodes; a process that"
                    + " hasn't been heard of for 90 s is left out. If nodes don't answer in time it says so: then there"
                    + " may be more.",
            "The states: APPLIED, it runs the version; FETCHING, it is getting one; FAILED, it couldn't, and runs the"
                    + " one before; OVERRIDDEN, its own configuration says what it runs; UNRESOLVED, nothing is for it."
        },
        footer = {
            "  octavo consumers --topic prices --lagging",
            "  octavo consumers --topic prices --count",
            "  octavo consumers --topic prices --adoption",
            "  octavo consumers --app recs --state failed --json | jq -r '.consumers[].error'"
        })
@Manual(related = {"explain", "watch", "status"})
final class ConsumersCommand implements Subcommand {
    @Option(names = "--topic", paramLabel = "TOPIC", description = "Of this topic only.")
    private @Nullable String topic;

    @Mixin
    private ConsumerOptions consumer = new ConsumerOptions();

    @Option(names = "--state", paramLabel = "STATE", description = "In this state only, such as failed.")
    private @Nullable String state;

    @Option(names = "--lagging", description = "Only those that don't run what they are to run.")
    private boolean lagging;

    @Option(names = "--count", description = "Only how many run which version of the topic, and why some failed.")
    private boolean count;

    @Option(
            names = "--adoption",
            description =
                    "How the versions of the topic were taken up: after how long half, 90 % and 99 % of the instances"
                            + " ran each one, counted from when a publication or a pin gave it to them, and how many do now.")
    private boolean adoption;

    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        String checked = topic == null ? null : TopicNames.check(topic);
        if (!count && !adoption) {
            list(session, checked);
            return;
        }
        if (checked == null || state != null || lagging || (count && adoption)) {
            throw Failure.usage("--count and --adoption go with --topic each, and without --state and --lagging");
        }
        if (adoption) {
            adoptions(
                    session, session.api().get(consumer.addTo(Target.of("topics", checked, "consumers", "adoption"))));
        } else {
            counts(session, session.api().get(consumer.addTo(Target.of("topics", checked, "consumers", "counts"))));
        }
    }

    private void list(Session session, @Nullable String checked) throws InterruptedException {
        Target target = consumer.addTo(Target.of("consumers").with("topic", checked))
                .with("state", state == null ? null : state.toUpperCase(Locale.ROOT))
                .with("lagging", lagging ? true : null);
        List<JsonNode> pages = new ArrayList<>();
        Pages consumers = Pages.read(session.api(), target, "consumers", limit.value(), pages::add);
        JsonNode last = pages.get(pages.size() - 1);
        if (session.json()) {
            ObjectNode document = consumers.document();
            for (String field : List.of("nodesAnswered", "nodes", "notRecorded")) {
                if (last.has(field)) {
                    document.set(field, last.get(field));
                }
            }
            session.result(document);
            return;
        }
        Table table = new Table("TOPIC", "CONSUMER", "INSTANCE", ">RUNS", ">TO RUN", "STATE", ">FOR", ">SEEN", "ERROR");
        for (JsonNode each : consumers.entries()) {
            table.row(
                    Json.text(each, "topic"),
                    Fleet.scope(each),
                    Json.text(each, "instance"),
                    Fleet.version(each, "version"),
                    Fleet.version(each, "resolvedVersion"),
                    Json.text(each, "state"),
                    Text.age(Json.time(each, "since"), session.now()),
                    Text.age(Json.time(each, "seen"), session.now()),
                    Json.text(each, "error"));
        }
        table.print(session.shell().out());
        consumers.noteMore(session);
        Fleet.noteMissing(session, last);
    }

    private static void adoptions(Session session, JsonNode adoptions) {
        if (session.json()) {
            session.result(adoptions);
            return;
        }
        Table table = new Table(">VERSION", "GIVEN", "BY", ">50 %", ">90 %", ">99 %", ">SLOWEST", "WHO", ">RUN IT NOW");
        for (JsonNode each : Json.list(adoptions, "adoptions")) {
            table.row(
                    Long.toString(Json.number(each, "version")),
                    Text.moment(Json.time(each, "givenAt")),
                    each.path("pinned").asBoolean(false) ? "pin" : "publication",
                    span(each, "p50Millis"),
                    span(each, "p90Millis"),
                    span(each, "p99Millis"),
                    span(each, "slowestMillis"),
                    Json.text(each.path("slowest"), "instance"),
                    Json.number(each, "running") + " of " + Json.number(each, "instances"));
        }
        table.print(session.shell().out());
        Fleet.noteMissing(session, adoptions);
    }

    private static String span(JsonNode adoption, String field) {
        return Text.span(adoption.hasNonNull(field) ? Duration.ofMillis(Json.number(adoption, field)) : null);
    }

    private static void counts(Session session, JsonNode counts) {
        if (session.json()) {
            session.result(counts);
            return;
        }
        Table table = new Table(">RUNS", ">TO RUN", "STATE", ">INSTANCES");
        for (JsonNode each : Json.list(counts, "counts")) {
            table.row(
                    Fleet.version(each, "version"),
                    Fleet.version(each, "resolvedVersion"),
                    Json.text(each, "state"),
                    Long.toString(Json.number(each, "instances")));
        }
        table.print(session.shell().out());
        for (JsonNode failure : Json.list(counts, "failures")) {
            session.shell()
                    .out()
                    .println(Text.line(
                            "  " + Json.number(failure, "instances") + " failed: " + Json.text(failure, "error")));
        }
        Fleet.noteMissing(session, counts);
    }
}
