package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "explain",
        header = "Tells which version a consumer is to run, and why.",
        description = "Names the pin or publication that decides, and those that were passed over; with --at as it was"
                + " then.",
        footer = {
            "  octavo explain prices --region eu --app recs",
            "  octavo explain prices --app recs --at 2026-11-22T18:00:00Z",
            "  octavo explain prices --app recs --json | jq -r .kind"
        })
@Manual(related = {"get", "pins", "scopes list", "audit"})
final class ExplainCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Mixin
    private ConsumerOptions consumer = new ConsumerOptions();

    @Mixin
    private FreshnessOptions freshness = new FreshnessOptions();

    @Option(
            names = "--at",
            paramLabel = "WHEN",
            description = "As it was then: 2h or 7d ago, or at 2026-11-22T18:00:00Z.")
    private @Nullable String at;

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        Object then = at == null ? null : Periods.past("--at", at, session.now());
        Target explain = freshness.addTo(
                consumer.addTo(Target.of("topics", topic, "explain")).with("at", then), at);
        JsonNode answer = session.api().get(explain);
        List<String> lines = new ArrayList<>();
        lines.add(topic + " for " + consumer + (then == null ? "" : " at " + then) + ": " + outcome(answer));
        Json.list(answer, "because").forEach(sentence -> lines.add("  " + sentence.asString("")));
        session.result(answer, lines.toArray(String[]::new));
    }

    private static String outcome(JsonNode answer) {
        if (!answer.hasNonNull("version")) {
            return "nothing";
        }
        String scope = Json.text(answer, "scope");
        return "version " + Json.number(answer, "version")
                + (scope.isEmpty()
                        ? ""
                        : ", by the " + Json.text(answer, "kind").toLowerCase(Locale.ROOT) + " of " + scope);
    }
}
