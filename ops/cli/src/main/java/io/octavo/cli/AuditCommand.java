package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "audit",
        header = "Lists what was done to a topic, the newest first, as far back as its trail reaches.",
        description = "One line per revision: who did what, when and why. It goes back as far as events are kept.",
        footer = {"  octavo audit prices --limit 20", "  octavo audit prices --json | jq -r '.events[].reason'"})
@Manual(related = {"changes", "history", "explain"})
final class AuditCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Mixin
    private LimitOption limit = new LimitOption();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        Target events = Target.of("topics", TopicNames.check(topic), "events");
        Events.print(session, Pages.read(session.api(), events, "events", limit.value()), false);
    }
}
