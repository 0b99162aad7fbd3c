package io.octavo.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Watches live instances come to run what they are to run. For one thread. */
final class Adoption {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int SHOWN = 10;

    private final Session session;
    private final String topic;
    private final long revision;
    private final Set<Long> versions;
    private final int percent;
    private @Nullable JsonNode counts;
    private @Nullable Failure trouble;
    private int drawn;

    /**
     * @param revision of the topic; nodes that don't know it yet can't tell who is to run what
     * @param percent  how many of those who are to run one of the versions must do so
     */
    Adoption(Session session, String topic, long revision, Set<Long> versions, int percent) {
        this.session = session;
        this.topic = topic;
        this.revision = revision;
        this.versions = versions;
        this.percent = percent;
    }

    /** @throws Failure if they don't in time */
    void await(Duration atMost) throws InterruptedException {
        Instant deadline = session.now().plus(atMost);
        Duration paused = Duration.ZERO;
        boolean reached = look();
        while (!reached && paused.compareTo(atMost) < 0 && session.now().isBefore(deadline)) {
            draw();
            session.shell().timing().pauses().pause(PAUSE);
            paused = paused.plus(PAUSE);
            reached = look();
        }
        erase();
        if (!reached) {
            throw inVain(atMost);
        }
        session.note(
                instances() == 0
                        ? "No live instance is to run " + what()
                        : applied() + " of " + instances() + " live instances run " + what());
    }

    /** Asks how far they are; whether that is far enough. What passes is waited for. */
    private boolean look() throws InterruptedException {
        try {
            counts = session.api().peek(Target.of("topics", topic, "consumers", "counts"));
            trouble = null;
        } catch (Failure failure) {
            if (!failure.isPassing() && !failure.code().equals("UNREACHABLE")) {
                throw failure;
            }
            trouble = failure;
            return false;
        }
        return isCurrent() && Fleet.isWhole(counts) && applied() * 100 >= instances() * percent;
    }

    private boolean isCurrent() {
        return counts != null && Json.number(counts, "revision") >= revision;
    }

    private long instances() {
        return sum("");
    }

    private long applied() {
        return instances() - sum("LAGGING");
    }

    private long failed() {
        return sum("FAILED");
    }

    /** Instances that are to run one of the versions: all, those that don't yet, or of these those that failed. */
    private long sum(String which) {
        JsonNode known = counts;
        return known == null
                ? 0
                : Json.list(known, "counts").stream()
                        .filter(count -> versions.contains(Json.number(count, "resolvedVersion")))
                        .filter(count -> !Json.text(count, "state").equals("OVERRIDDEN"))
                        .filter(count ->
                                which.isEmpty() || count.path("lagging").asBoolean(false))
                        .filter(count -> !which.equals("FAILED")
                                || Json.text(count, "state").equals("FAILED"))
                        .mapToLong(count -> Json.number(count, "instances"))
                        .sum();
    }

    private String what() {
        return (versions.size() == 1 ? "version " : "versions ")
                + versions.stream().sorted().map(String::valueOf).collect(Collectors.joining(" and "));
    }

    private String progress() {
        if (!isCurrent()) {
            return "the nodes don't all know of it yet";
        }
        return applied() + " of " + instances() + " live instances run " + what()
                + (failed() == 0 ? "" : ", " + failed() + " failed")
                + (counts == null || Fleet.isWhole(counts) ? "" : ", " + Fleet.nodes(counts));
    }

    private Failure inVain(Duration waited) throws InterruptedException {
        String why = progress() + (trouble == null ? "" : "; " + trouble.getMessage());
        if (!session.json()) {
            tellWho();
        }
        return Failure.waitedInVain(
                        "waited " + waited.toSeconds() + " s in vain: " + why + " (expected: " + percent + " %)")
                .with("applied", Long.toString(applied()))
                .with("instances", Long.toString(instances()));
    }

    private void tellWho() throws InterruptedException {
        JsonNode lagging;
        try {
            lagging = session.api()
                    .peek(Target.of("consumers")
                            .with("topic", topic)
                            .with("lagging", true)
                            .with("limit", SHOWN));
        } catch (Failure failure) {
            return;
        }
        for (JsonNode each : Json.list(lagging, "consumers")) {
            String version = Fleet.version(each, "version");
            session.note("  " + Fleet.scope(each) + " " + Json.text(each, "instance") + " runs "
                    + (version.isEmpty() ? "nothing" : "version " + version) + ", " + Json.text(each, "state")
                    + (Json.text(each, "error").isEmpty() ? "" : ": " + Json.text(each, "error")));
        }
        if (lagging.hasNonNull("nextPageToken")) {
            session.note("  and others: octavo consumers --topic " + topic + " --lagging");
        }
    }

    private void draw() {
        if (session.shell().progress() && !session.json()) {
            String line = progress();
            session.shell().err().print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
            session.shell().err().flush();
            drawn = line.length();
        }
    }

    private void erase() {
        if (drawn > 0) {
            session.shell().err().print("\r" + " ".repeat(drawn) + "\r");
        }
    }
}
