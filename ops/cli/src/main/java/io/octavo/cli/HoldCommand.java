package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "hold",
        header = "Keeps a version from being collected.",
        description = {
            "Retention leaves the version alone until the hold is released or expires. A version can have a hold per"
                    + " holder; a second one of the same holder replaces the first.",
            "Shows the environment, and asks before doing it. Prints the command that undoes it."
        },
        footer = {
            "  octavo hold prices 7 --reason 'the audit of 2026' --holder audit --expires 90d",
            "  octavo hold prices 7 --reason 'the audit is done' --holder audit --release --yes"
        })
@Manual(
        changes = "How long the version's payload is kept; not what anybody runs.",
        related = {"history", "settings", "publish"})
final class HoldCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Parameters(paramLabel = "VERSION")
    private long version;

    @Mixin
    private ReasonOption reason = new ReasonOption();

    @Option(names = "--holder", paramLabel = "NAME", description = "Whose hold it is; default: yours.")
    private @Nullable String holder;

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "When the hold goes by itself: in 2h or 90d, or at 2026-12-24T18:00:00Z.")
    private @Nullable String expires;

    @Option(names = "--release", description = "Take the hold away.")
    private boolean release;

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        Versions.check("VERSION", version);
        if (release && expires != null) {
            throw Failure.usage("--release and --expires exclude each other: it is released at once");
        }
        if (holder != null && holder.isBlank()) {
            throw new InvalidField("--holder", holder, "a name");
        }
        Instant expiresAt = expires == null ? null : Periods.moment("--expires", expires, session.now());
        String why = reason.text();
        options.require(session.shell());
        options.carryOut(
                session, write(why, expiresAt), (release ? "Released " : "Held ") + topic + " version " + version);
    }

    private Write write(String why, @Nullable Instant expiresAt) {
        Target hold = Target.of("topics", topic, "versions", version, "hold")
                .with("reason", why)
                .with("expiresAt", expiresAt)
                .with("holder", holder);
        CommandWords again = CommandWords.of("hold", topic, version)
                .option("--reason", why)
                .option("--holder", holder)
                .option("--expires", expiresAt)
                .flag("--release", release);
        return Write.of(release ? "DELETE" : "PUT", hold, again)
                .tell(
                        release ? "Release" : "Hold",
                        topic + " version " + version
                                + (holder == null ? "" : " for " + holder)
                                + (release
                                        ? ""
                                        : expiresAt == null ? ", until it is released" : ", until " + expiresAt))
                .tell("Reason", why)
                .preview(tried -> List.of());
    }
}
