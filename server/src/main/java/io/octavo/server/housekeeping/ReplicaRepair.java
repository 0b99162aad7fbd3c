package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.LostPayloads.Lost;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.PayloadCopy;
import io.octavo.server.payload.PayloadReplicas;
import io.octavo.server.payload.PayloadReplicas.Whereabouts;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks in turn whether the payloads that consumers can be given are in every place that their pointers name, and brings
 * them back to where they are missing, one at a time. What is nowhere is told.
 */
public final class ReplicaRepair implements TaskPart {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaRepair.class);
    private static final int FAILURES_THAT_END_A_RUN = 5;
    /** One after the other, without a part in between that came through. */
    private static final int FAILURES_THAT_END_A_COPY = 3;

    private static final int PART_SIZE = 8 << 20;
    /** What is lost is looked at again this often: somebody may bring it back. */
    private static final Duration LOST_AGAIN = Duration.ofMinutes(10);

    private final TopicLog log;
    private final PayloadReplicas replicas;
    private final DirectRepair direct;
    private final UploadLedger ledger;
    private final HousekeepingConfig.Repair config;
    private final InstantSource clock;
    private final Pace looks;
    private final Pace copies;
    private final MeterRegistry meters;
    private final PayloadSurvey survey;
    private final LostPayloads lost;
    private final Set<String> away = new HashSet<>();
    private final Set<String> unwritable = new HashSet<>();
    /** Topics whose copies failed, for the next run. */
    private final Set<String> again = new LinkedHashSet<>();

    private @Nullable Job job;
    private int jobFailures;
    private Instant lostLookedAt = Instant.EPOCH;
    private long term;
    private long left;
    private int failures;

    /** A copy that is under way. */
    private record Job(String topic, long version, String region, PayloadCopy copy) {}

    /**
     * @param nanoTime as {@link System#nanoTime}
     * @param random   for where to begin
     */
    public ReplicaRepair(
            TopicLog log,
            PayloadReplicas replicas,
            DirectRepair direct,
            UploadLedger ledger,
            HousekeepingConfig.Repair config,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random,
            MeterRegistry meters) {
        this.log = log;
        this.replicas = replicas;
        this.direct = direct;
        this.ledger = ledger;
        this.config = config;
        this.clock = clock;
        this.looks = new Pace(config.checksPerSecond(), nanoTime, Pace.Pause.REAL);
        int partsPerSecond = (int) Math.max(1, config.copyRate().toBytes() / PART_SIZE);
        this.copies = new Pace(partsPerSecond, nanoTime, Pace.Pause.REAL);
        this.meters = meters;
        this.survey = new PayloadSurvey(log, random);
        this.lost = new LostPayloads();
    }

    @Override
    public void measure(BooleanSupplier leads) {
        lost.measure(leads, meters);
    }

    @Override
    public @Nullable String stopped() {
        return lost.text();
    }

    @Override
    public void run(Run run) {
        begin(run);
        if (run.isAsked()) {
            survey.beginAgain();
        }
        copyOn(run);
        lookAtLost(run);
        lookAgain(run);
        while (mayGoOn(run) && left > 0) {
            String topic = survey.next(clock.instant(), config.scanInterval());
            if (topic == null) {
                return;
            }
            look(topic, run);
        }
    }

    private void begin(Run run) {
        if (term != run.term()) {
            // Somebody else may have gone on meanwhile.
            dropCopy();
            lost.clear();
            again.clear();
            term = run.term();
        }
        away.clear();
        unwritable.clear();
        failures = 0;
        left = Math.max(1, config.interval().toMillis() * config.checksPerSecond() / 2_000);
    }

    private boolean mayGoOn(Run run) {
        return run.mayGoOn() && failures < FAILURES_THAT_END_A_RUN && job == null;
    }

    private void lookAtLost(Run run) {
        if (lostLookedAt.plus(LOST_AGAIN).isAfter(clock.instant())) {
            return;
        }
        lostLookedAt = clock.instant();
        for (Lost payload : lost.all()) {
            if (mayGoOn(run)) {
                look(payload.topic(), run);
            }
        }
    }

    private void lookAgain(Run run) {
        List<String> topics = List.copyOf(again);
        again.clear();
        for (String topic : topics) {
            if (mayGoOn(run)) {
                look(topic, run);
            } else {
                again.add(topic);
            }
        }
    }

    /** What comes beyond waits for the next round. */
    private void noteForNextRun(String topic) {
        if (again.size() < LostPayloads.MOST) {
            again.add(topic);
        }
    }

    private void look(String topic, Run run) {
        List<VersionRecord> versions;
        try {
            versions = survey.versions(topic);
        } catch (RuntimeException e) {
            failed(topic, e, run);
            return;
        }
        lost.all().stream()
                .filter(payload -> payload.topic().equals(topic)
                        && versions.stream().noneMatch(version -> version.getVersion() == payload.version()))
                .forEach(payload -> lost.remove(payload, "nobody needs it any more"));
        for (VersionRecord version : versions) {
            for (Part part : version.getPartsList()) {
                if (!mayGoOn(run)) {
                    return;
                }
                try {
                    look(topic, version.getVersion(), part, run);
                } catch (RuntimeException e) {
                    failed(topic, e, run);
                }
            }
        }
    }

    private void look(String topic, long version, Part part, Run run) {
        if (part.hasDirect()) {
            awaitLook();
            run.examined();
            tell(new Lost(topic, version), direct.look(topic, version, part), run);
        } else if (part.hasS3()) {
            part.getS3().getLocationsList().forEach(location -> awaitLook());
            run.examined();
            lookInRegions(topic, version, part, run);
        }
    }

    private void awaitLook() {
        left--;
        if (!looks.await()) {
            throw ServiceException.unavailable("interrupted", Duration.ofSeconds(1), null);
        }
    }

    private void lookInRegions(String topic, long version, Part part, Run run) {
        Whereabouts found = replicas.look(part, away::contains);
        found.unknown().forEach((region, e) -> {
            if (away.add(region)) {
                run.failed(e);
                LOG.warn("payloads are not looked for in a region: {}", e.getMessage());
            }
        });
        Lost payload = new Lost(topic, version);
        if (found.isNowhere()) {
            tell(payload, isStanding(topic, version) ? Outcome.LOST : Outcome.GIVEN_UP, run);
        } else if (found.missing().isEmpty() || found.there().isEmpty()) {
            tell(payload, found.there().isEmpty() ? Outcome.UNKNOWN : Outcome.THERE, run);
        } else {
            lost.remove(payload, "it is in region " + found.there().get(0).getRegion());
            found.missing().stream()
                    .filter(to -> !unwritable.contains(to.getRegion()))
                    .findFirst()
                    .ifPresentOrElse(
                            to -> copy(topic, version, part, found.there(), to, run), () -> noteForNextRun(topic));
        }
    }

    /** What was found of a payload. */
    enum Outcome {
        THERE,
        REPAIRED,
        /** It is nowhere. */
        LOST,
        /** Other bytes are there than the version has. */
        DAMAGED,
        /** Not all who may have it can be asked. */
        UNKNOWN,
        /** The version was given up meanwhile. */
        GIVEN_UP
    }

    private void tell(Lost payload, Outcome outcome, Run run) {
        switch (outcome) {
            case THERE -> lost.remove(payload, "it is there");
            case REPAIRED -> {
                lost.remove(payload, "it was brought back");
                run.done();
            }
            case GIVEN_UP -> lost.remove(payload, "the version was given up");
            case LOST -> lost.add(payload, "it is nowhere");
            case DAMAGED -> lost.add(payload, "what is there has another digest");
            case UNKNOWN -> {}
        }
        meters.counter("octavo.gc.replicas", "outcome", outcome.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    private void copy(String topic, long version, Part part, List<S3Location> there, S3Location to, Run run) {
        for (S3Location from : there) {
            // Noted first: should the version be given up while it is copied, the sweep removes what comes of it.
            Origin origin = ledger.started(topic, part.getS3().getPayloadId(), false);
            PayloadCopy copy = replicas.copy(part, from, to, origin);
            job = new Job(topic, version, to.getRegion(), copy);
            jobFailures = 0;
            if (copyOn(run)) {
                return;
            }
        }
        tell(new Lost(topic, version), Outcome.DAMAGED, run);
    }

    /** Goes on with the copy under way, if there is one; false if its bytes are not the version's. */
    private boolean copyOn(Run run) {
        Job current = job;
        if (current == null) {
            return true;
        }
        try {
            boolean more = true;
            while (more) {
                if (!run.mayGoOn() || !copies.await()) {
                    return true;
                }
                long before = current.copy().copied();
                more = current.copy().next();
                jobFailures = 0;
                meters.counter("octavo.gc.copied")
                        .increment((double) (current.copy().copied() - before));
            }
            complete(current, run);
            return true;
        } catch (RuntimeException e) {
            boolean isDamaged = e instanceof ServiceException s && s.code() == ErrorCode.DIGEST_MISMATCH;
            jobFailures++;
            boolean isStuck = current.copy().copied() == 0 || jobFailures >= FAILURES_THAT_END_A_COPY;
            if (isDamaged || isStuck) {
                dropCopy();
            }
            if (!isDamaged && isStuck) {
                // What other regions lack doesn't wait for one that takes nothing.
                unwritable.add(current.region());
                noteForNextRun(current.topic());
            }
            failed(current.topic(), e, run);
            return !isDamaged;
        }
    }

    private void complete(Job current, Run run) {
        Lost payload = new Lost(current.topic(), current.version());
        if (isStanding(current.topic(), current.version())) {
            current.copy().complete();
            job = null;
            LOG.info(
                    "the payload of {} was copied from {}",
                    payload,
                    current.copy().route());
            tell(payload, Outcome.REPAIRED, run);
        } else {
            dropCopy();
            tell(payload, Outcome.GIVEN_UP, run);
        }
    }

    private boolean isStanding(String topic, long version) {
        VersionRecord row = log.version(topic, version, Read.SERIAL);
        return row != null && !row.hasDeletion();
    }

    private void dropCopy() {
        Job current = job;
        job = null;
        if (current != null) {
            try {
                current.copy().giveUp();
            } catch (RuntimeException e) {
                LOG.warn("a copy was given up and its bytes stay until the sweep: {}", e.getMessage());
            }
        }
    }

    private void failed(String topic, RuntimeException e, Run run) {
        failures++;
        run.failed(e);
        meters.counter("octavo.gc.replicas", "outcome", "failed").increment();
        LOG.warn("a payload of {} is looked at again later: {}", topic, e.getMessage());
    }
}
