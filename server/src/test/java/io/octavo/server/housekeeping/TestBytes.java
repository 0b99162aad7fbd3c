package io.octavo.server.housekeeping;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Payloads as the names of their bytes, kept beside the metadata or in two regions. */
final class TestBytes implements UnownedBytes {
    private static final List<String> REGIONS = List.of("eu", "us");

    private final Set<String> kept = new TreeSet<>();
    private final Set<String> away = new HashSet<>();
    private int unfinished;

    /** The places where a payload's bytes belong, in the order in which they are written. */
    static List<String> places(long payloadId, boolean direct) {
        return (direct ? Stream.of("direct") : REGIONS.stream())
                .map(place -> place + "/" + payloadId)
                .toList();
    }

    void store(String place) {
        kept.add(place);
    }

    void storeAll(long payloadId, boolean direct) {
        kept.addAll(places(payloadId, direct));
    }

    /** Removes a payload, whatever is away. */
    void forget(long payloadId, boolean direct) {
        places(payloadId, direct).forEach(kept::remove);
    }

    Set<String> kept() {
        return kept;
    }

    void away(String region, boolean isAway) {
        if (isAway) {
            away.add(region);
        } else {
            away.remove(region);
        }
    }

    void unfinished(int count) {
        unfinished = count;
    }

    @Override
    public void delete(long payloadId, boolean isDirect) {
        boolean all = true;
        for (String place : places(payloadId, isDirect)) {
            if (away.stream().anyMatch(place::startsWith)) {
                all = false;
            } else {
                kept.remove(place);
            }
        }
        if (!all) {
            throw unavailable();
        }
    }

    @Override
    public int abortUnfinished(Instant before) {
        if (!away.isEmpty()) {
            throw unavailable();
        }
        int aborted = unfinished;
        unfinished = 0;
        return aborted;
    }

    private ServiceException unavailable() {
        return ServiceException.unavailable("away: " + away, Duration.ofSeconds(1), null);
    }
}
