package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.server.consumers.Adoption;
import io.octavo.server.consumers.Adoptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How versions were taken up, as the API shows it. */
final class AdoptionViews {
    private AdoptionViews() {}

    /**
     * How the versions of a topic were taken up, those given last first.
     *
     * @param nodesAnswered subscribe nodes that said what their consumers report
     * @param nodes         subscribe nodes that there are
     * @param notRecorded   instances that are not kept for want of memory, about; null = none
     */
    record AdoptionsView(
            String topic,
            List<AdoptionView> adoptions,
            int nodesAnswered,
            int nodes,
            @Nullable Long notRecorded) {
        static AdoptionsView of(String topic, Adoptions adoptions) {
            long notRecorded = adoptions.coverage().notRecorded();
            return new AdoptionsView(
                    topic,
                    adoptions.adoptions().stream().map(AdoptionView::of).toList(),
                    adoptions.coverage().nodesAnswered(),
                    adoptions.coverage().nodes(),
                    notRecorded == 0 ? null : notRecorded);
        }
    }

    /**
     * How a version was taken up by those to whom a publication or a pin gave it.
     *
     * @param givenAt       when it was given to them
     * @param pinned        by a pin
     * @param instances     live instances that are to run it by this
     * @param running       of these, those that do
     * @param adopted       how many have come to run it from another version; the times are theirs
     * @param p50Millis     after how long half of them and of those that lag behind ran it; null = not yet
     * @param p90Millis     nine tenths
     * @param p99Millis     99 of a hundred
     * @param slowestMillis after how long the last one did that has; null = nobody has
     */
    record AdoptionView(
            long version,
            Instant givenAt,
            boolean pinned,
            long instances,
            long running,
            long adopted,
            @Nullable Long p50Millis,
            @Nullable Long p90Millis,
            @Nullable Long p99Millis,
            @Nullable Long slowestMillis,
            @Nullable WhoView slowest) {
        static AdoptionView of(Adoption adoption) {
            Consumer slowest = adoption.slowest();
            return new AdoptionView(
                    adoption.given().version(),
                    Instant.ofEpochMilli(adoption.given().atMillis()),
                    adoption.given().pinned(),
                    adoption.running() + adoption.lagging(),
                    adoption.running(),
                    adoption.adopted(),
                    millis(adoption.after(50)),
                    millis(adoption.after(90)),
                    millis(adoption.after(99)),
                    slowest == null ? null : adoption.longest().toMillis(),
                    slowest == null ? null : WhoView.of(slowest));
        }

        private static @Nullable Long millis(@Nullable Duration duration) {
            return duration == null ? null : duration.toMillis();
        }
    }

    /** An instance. */
    record WhoView(String region, String app, String cluster, String instance) {
        static WhoView of(Consumer who) {
            return new WhoView(who.getRegion(), who.getApp(), who.getCluster(), who.getInstance());
        }
    }
}
