package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "changes",
        header = "Lists what was changed lately, across topics, the newest first.",
        description = "Shows who did what, when and why: the first question when something is wrong.",
        footer = {
            "  octavo changes",
            "  octavo changes --since 7d --kind rollback",
            "  octavo changes --who ci-prices --topic prices --json | jq -c '.events[]'"
        })
@Manual(related = {"audit", "explain", "rollback"})
final class ChangesCommand implements Subcommand {
    @Option(
            names = "--since",
            paramLabel = "WHEN",
            defaultValue = "1h",
            description = "Since when: 2h or 7d ago, or 2026-11-22T18:00:00Z; default ${DEFAULT-VALUE}.")
    private String since = "";

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Of this topic only.")
    private @Nullable String topic;

    @Option(names = "--who", paramLabel = "NAME", description = "By this person or token only.")
    private @Nullable String who;

    @Option(names = "--kind", paramLabel = "KIND", description = "Of this kind only, such as publish, pin or rollback.")
    private @Nullable String kind;

    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        Instant from = Periods.past("--since", since, session.now());
        Target events = Target.of("events")
                .with("since", from)
                .with("topic", topic == null ? null : TopicNames.check(topic))
                .with("who", who)
                .with("kind", kind == null ? null : kind.toUpperCase(Locale.ROOT));
        Events.print(session, Pages.read(session.api(), events, "events", limit.value()), true);
    }
}
