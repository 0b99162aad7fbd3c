package io.octavo.rules;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.Acceptance.Offered;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One topic as seen by one consumer: its history, and two subscribe nodes and a fallback cache that lag behind it. */
final class SimulatedService {
    static final int NODES = 2;
    private static final int FALLBACK = NODES;

    /**
     * The topic at a revision.
     *
     * @param version   what the naive model says that the consumer is to run; 0 = nothing
     * @param pinned    whether a pin says so
     * @param published every version that is published to the consumer then
     * @param history   up to then
     */
    record Step(TopicHead head, long version, boolean pinned, List<Long> published, History history) {
        boolean isAt(long epoch, long revision) {
            return head.getEpoch() == epoch && head.getRevision() == revision;
        }
    }

    private final Consumer consumer;
    private final List<Step> steps = new ArrayList<>();
    private final int[] seen = new int[NODES + 1];
    private History history;
    private History backup;
    private boolean restored;
    /** Then a number alone says nothing: nodes send the head with each newer revision, as they do. */
    private boolean givesAgain;

    SimulatedService(Consumer consumer) {
        this.consumer = consumer;
        this.history = new History(false, random -> Fleet.scopeNear(consumer, random));
        this.backup = history.copy();
        addStep();
    }

    Step newest() {
        return steps.get(steps.size() - 1);
    }

    Step step(int index) {
        return steps.get(index);
    }

    boolean wasRestored() {
        return restored;
    }

    boolean wasEverPinned(long version) {
        return steps.stream().anyMatch(step -> step.pinned && step.version == version);
    }

    /** Where in the story a position is; -1 = before its beginning. */
    int indexOf(long epoch, long revision) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).isAt(epoch, revision)) {
                return i;
            }
        }
        return -1;
    }

    void change(RandomGenerator random) {
        if (random.nextInt(10) == 0) {
            backup = history.copy();
        }
        history.change(random);
        addStep();
    }

    /** Puts the backup back, under a new epoch: what happened since is lost. */
    void restore() {
        history = backup.restoredAfter(history);
        restored = true;
        addStep();
    }

    /** As {@link #restore}, where what the fallback cache hasn't seen is lost, and its numbers too. */
    void restoreAndGiveNumbersAgain() {
        long known = steps.get(seen[FALLBACK]).head.getNewestVersion();
        history = backup.restoredWithoutThoseAbove(history, known);
        restored = true;
        givesAgain = true;
        addStep();
        catchUp();
    }

    private void addStep() {
        steps.add(new Step(
                history.head(),
                history.version(consumer),
                history.pinned(consumer) != 0,
                history.published(consumer).boxed().toList(),
                history.copy()));
    }

    /** One of the nodes, or the fallback cache, sees some more of the story. */
    void advance(RandomGenerator random) {
        int who = random.nextInt(seen.length);
        seen[who] += random.nextInt(steps.size() - seen[who]);
    }

    void catchUp() {
        for (int who = 0; who < seen.length; who++) {
            seen[who] = steps.size() - 1;
        }
    }

    Offered fallback() {
        return Offered.resolved(steps.get(seen[FALLBACK]).head, consumer);
    }

    /** What a node answers to a poll; null = the topic is left out. */
    @Nullable
    Offer answer(int node, Mark mark, RandomGenerator random) {
        Step step = steps.get(seen[node]);
        if (step.version == mark.version()) {
            if (step.isAt(mark.epoch(), mark.revision())) {
                return null;
            }
            return givesAgain || random.nextInt(4) == 0 ? offer(step, step.version) : bare(step, step.version);
        }
        return offer(step, step.version);
    }

    /** What a node answers that misses the payload of what it would offer. */
    @Nullable
    Offer answerHoldingBack(int node, Mark mark, RandomGenerator random) {
        Step step = steps.get(seen[node]);
        if (step.version == mark.version() || step.version == 0) {
            return answer(node, mark, random);
        }
        if (mark.version() != 0) {
            return givesAgain || random.nextBoolean() ? null : bare(step, mark.version());
        }
        long next = step.published.stream()
                .filter(version -> version < step.version)
                .max(Comparator.naturalOrder())
                .orElse(0L);
        return next == 0 ? null : offer(step, next);
    }

    private Offer offer(Step step, long version) {
        TopicHead.Builder narrow = Heads.narrow(step.head, consumer).toBuilder();
        if (version != 0 && Heads.record(narrow.build(), version) == null) {
            List<VersionRecord> records = Stream.concat(
                            narrow.getVersionsList().stream(), Stream.of(step.history.record(version)))
                    .sorted(Comparator.comparing(VersionRecord::getVersion))
                    .toList();
            narrow.clearVersions().addAllVersions(records);
        }
        return bare(step, version).toBuilder().setHead(narrow).build();
    }

    private static Offer bare(Step step, long version) {
        return Offer.newBuilder()
                .setTopic(step.head.getTopic())
                .setEpoch(step.head.getEpoch())
                .setRevision(step.head.getRevision())
                .setVersion(version)
                .build();
    }
}
