package io.octavo.server.payload;

import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** In which of their regions S3 payloads are, and how they come back to where they are missing. Thread-safe; calls block. */
public final class PayloadReplicas {
    private final List<RegionStore> regions;

    PayloadReplicas(List<RegionStore> regions) {
        this.regions = List.copyOf(regions);
    }

    /**
     * Where a payload is.
     *
     * @param there   it is here
     * @param missing the store says that it isn't
     * @param unknown regions that could not be asked, and why; also those that this node doesn't know
     */
    public record Whereabouts(List<S3Location> there, List<S3Location> missing, Map<String, ServiceException> unknown) {
        public Whereabouts {
            there = List.copyOf(there);
            missing = List.copyOf(missing);
            unknown = Map.copyOf(unknown);
        }

        /** It is in no region at all. */
        public boolean isNowhere() {
            return there.isEmpty() && unknown.isEmpty();
        }
    }

    /**
     * Asks every region that a payload's pointer names, and no other: one that was added since was never promised it.
     *
     * @param isAway regions that need not be asked now
     */
    public Whereabouts look(Part part, Predicate<String> isAway) {
        List<S3Location> there = new ArrayList<>();
        List<S3Location> missing = new ArrayList<>();
        Map<String, ServiceException> unknown = new TreeMap<>();
        for (S3Location location : part.getS3().getLocationsList()) {
            String region = location.getRegion();
            try {
                (has(location, isAway) ? there : missing).add(location);
            } catch (ServiceException e) {
                unknown.put(region, e);
            }
        }
        return new Whereabouts(there, missing, unknown);
    }

    private boolean has(S3Location location, Predicate<String> isAway) {
        RegionStore store = store(location.getRegion());
        if (store == null || isAway.test(location.getRegion())) {
            throw unknown("region " + location.getRegion() + ": " + (store == null ? "not known here" : "away"));
        }
        return store.has(location);
    }

    /**
     * Begins to copy a payload from a region that has it to one that lacks it; sends nothing yet.
     *
     * @param origin what the object is to say of itself
     * @throws ServiceException UNAVAILABLE if this node can't write there
     */
    public PayloadCopy copy(Part part, S3Location from, S3Location to, Origin origin) {
        RegionStore source = store(from.getRegion());
        RegionStore target = store(to.getRegion());
        String key = PayloadKeys.of(part.getS3().getPayloadId());
        if (source == null || target == null || !target.location(key).equals(to)) {
            throw unknown("region " + to.getRegion() + ": " + to.getBucket() + "/" + to.getKey()
                    + " (expected: a payload in the bucket that octavo.regions names)");
        }
        return new PayloadCopy(part, new FailoverStream.Source(source, from), target, key, origin);
    }

    private @Nullable RegionStore store(String region) {
        return regions.stream()
                .filter(store -> store.name().equals(region))
                .findFirst()
                .orElse(null);
    }

    private static ServiceException unknown(String why) {
        return ServiceException.unavailable(why, Duration.ofMinutes(1), null);
    }
}
