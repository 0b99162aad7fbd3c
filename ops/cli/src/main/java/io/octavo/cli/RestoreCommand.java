package io.octavo.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "restore",
        header = "Puts the topics right after the metadata store was restored from a backup.",
        description = {
            "Takes every topic into a new epoch, above all that its readers have seen, and lets version numbers go on above"
                    + " all that were ever exported. Where a fallback cache has newer state than the backup, that comes back,"
                    + " also topics that the backup doesn't know. What no fallback cache names stays lost.",
            "All regions must be reachable. Let nothing be published until it is done. If it breaks off, run it again: it"
                    + " goes on.",
            "Only nodes with the role housekeeping do it; octavo status lists the nodes. The deletion of a topic is taken"
                    + " back by octavo delete --undo."
        },
        footer = {"  octavo restore --dry-run", "  octavo restore --yes"})
@Manual(
        changes = "Every topic: its epoch, an event, and what the backup lacks of it.",
        related = {"fallback verify", "status", "delete"})
final class RestoreCommand implements Subcommand {
    private static final int TOPICS_PER_PAGE = 200;

    @Mixin
    private WriteOptions options = new WriteOptions();

    /** What was said of all pages together. */
    private static final class Sums {
        private long epoch;
        private long topics;
        private long changed;
        private long newer;
        private long unknown;
        private long lower;
        private long ahead;
        private long highestEpoch;

        void add(JsonNode page) {
            epoch = Json.number(page, "epoch");
            topics += Json.number(page, "topics");
            changed += Json.number(page, "changed");
            newer += Json.number(page, "newer");
            unknown += Json.number(page, "unknown");
            lower += Json.number(page, "lower");
            ahead += Json.number(page, "ahead");
            highestEpoch = Math.max(highestEpoch, Json.number(page, "highestEpoch"));
        }

        ObjectNode document(long inEpoch) {
            return Json.object()
                    .put("epoch", inEpoch)
                    .put("topics", topics)
                    .put("changed", changed)
                    .put("newer", newer)
                    .put("unknown", unknown);
        }

        /** Topics are in an earlier epoch than the installation, and nothing was lost since: it was begun before. */
        boolean isBegun() {
            return lower > 0 && ahead == 0;
        }
    }

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        options.require(session.shell());
        Sums plan = new Sums();
        pages(session, plan, "looked at", page -> session.api().tryOut(page));
        if (options.isDryRun() && session.json()) {
            session.result(plan.document(plan.epoch).put("dryRun", true));
            return;
        }
        JsonNode begun = options.carryOut(session, beginning(plan));
        if (begun == null) {
            return;
        }
        long epoch = Json.number(begun, "epoch");
        Sums done = new Sums();
        pages(
                session,
                done,
                "restored",
                page -> session.api()
                        .write(epoch(page, epoch), WriteOptions.newKey(), "run it again: octavo restore --yes"));
        session.result(
                done.document(epoch),
                "Restored " + done.changed + " of " + done.topics + " topics in epoch " + epoch + "; of "
                        + done.newer + " newer state came back from a fallback cache, " + done.unknown
                        + " of them the log did not know",
                "See what is different still with: octavo fallback verify");
    }

    private static Write beginning(Sums plan) {
        Target target = Target.of("restore", "epoch")
                .with("expected", plan.epoch)
                .with("above", plan.highestEpoch)
                .with("goOn", plan.isBegun() ? true : null);
        List<String> lines = new ArrayList<>();
        lines.add(Write.line("Topics", plan.topics + " go on in a new epoch"));
        lines.add(Write.line(
                "Come back",
                plan.newer + " have newer state in a fallback cache; " + plan.unknown
                        + " of them the log doesn't know"));
        if (plan.isBegun()) {
            lines.add(Write.line("Goes on", "a restore was begun; " + plan.lower + " topics are left"));
        }
        return Write.of("POST", target, CommandWords.of("restore")).preview(tried -> lines);
    }

    /** Asks something of a page. */
    private interface PageCall {
        JsonNode of(Write page) throws InterruptedException;
    }

    private static Write page(String token) {
        return Write.of(
                "POST",
                Target.of("restore", "topics")
                        .with("limit", TOPICS_PER_PAGE)
                        .with("pageToken", token.isEmpty() ? null : token),
                CommandWords.of("restore"));
    }

    private static Write epoch(Write page, long epoch) {
        return Write.of(page.method(), page.target().with("epoch", epoch), page.again());
    }

    private static void pages(Session session, Sums sums, String what, PageCall call) throws InterruptedException {
        boolean isDrawn = session.shell().progress() && !session.json();
        String token = "";
        do {
            JsonNode page = call.of(page(token));
            sums.add(page);
            String next = Json.text(page, "nextPageToken");
            if (!next.isEmpty() && next.equals(token)) {
                throw Failure.here("nextPageToken: " + next + " (expected: a page that goes on from it)");
            }
            token = next;
            if (isDrawn) {
                session.shell().err().print("\r" + sums.topics + " topics " + what + " ");
            }
        } while (!token.isEmpty());
        if (isDrawn) {
            session.shell().err().println();
        }
    }
}
