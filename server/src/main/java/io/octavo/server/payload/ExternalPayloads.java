package io.octavo.server.payload;

import io.octavo.protocol.ExternalPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Payloads that somebody else put into S3: looked at when a version is made of them, read like ours, and never deleted
 * by us. Thread-safe; calls block, as those of {@link Payloads} do.
 */
public final class ExternalPayloads {
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9._-]{3,63}");
    private static final int LONGEST_KEY = 1024;
    private static final int BUFFER = 64 << 10;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final List<RegionStore> regions;
    private final ExternalConfig config;
    private final long maxSize;
    private final Gate gate;

    ExternalPayloads(List<RegionStore> regions, ExternalConfig config, long maxSize, Gate gate) {
        this.regions = List.copyOf(regions);
        this.config = config;
        this.maxSize = maxSize;
        this.gate = gate;
    }

    /** Looks at objects whose bytes need not be looked at for more than their digest. */
    public Part check(List<S3Location> locations, Expected expected) {
        return check(locations, expected, null);
    }

    /**
     * Looks at objects that are said to be the same payload: each must be there, in a region of ours and a bucket that
     * the configuration allows, with this size; and if that is not too large, with this digest.
     *
     * @param expected with size and digest
     * @param checks   what the bytes must be readable through to their end; null = they need not be looked at
     * @return ready for a version record
     * @throws InvalidField if one is not where it is said to be, or may not be used
     * @throws ServiceException DIGEST_MISMATCH, TOO_LARGE, RATE_LIMITED or UNAVAILABLE; VALIDATION_FAILED if it is too
     *     large to be looked at
     */
    public Part check(List<S3Location> locations, Expected expected, @Nullable UnaryOperator<InputStream> checks) {
        if (!expected.hasSize() || expected.sha256().isEmpty()) {
            throw new InvalidField("sha256", "none", "size and SHA-256 of the objects");
        }
        if (expected.size() > maxSize) {
            throw ServiceException.of(
                    ErrorCode.TOO_LARGE, "size: " + expected.size() + " (expected: at most " + maxSize + " bytes)");
        }
        if (locations.isEmpty() || locations.size() > regions.size()) {
            throw new InvalidField(
                    "locations", locations.size() + " entries", "1…" + regions.size() + ", one for each region");
        }
        Set<String> named = new HashSet<>();
        for (int i = 0; i < locations.size(); i++) {
            checkAllowed("locations[" + i + "].", locations.get(i), named);
        }
        boolean verify = expected.size() <= config.externalVerifyLimit().toBytes();
        if (checks != null && !verify) {
            throw tooLargeForChecks(expected.size());
        }
        gate.enter();
        try {
            for (int i = 0; i < locations.size(); i++) {
                // They are all the same bytes: to look at the first will do.
                UnaryOperator<InputStream> through = checks != null && i == 0 ? checks : UnaryOperator.identity();
                checkObject("locations[" + i + "].", locations.get(i), expected, verify ? through : null);
            }
        } finally {
            gate.leave();
        }
        return Part.newBuilder()
                .setSize(expected.size())
                .setSha256(expected.sha256())
                .setContentType(expected.contentType())
                .setExternal(
                        ExternalPointer.newBuilder().addAllLocations(locations).setDigestVerified(verify))
                .build();
    }

    private void checkAllowed(String field, S3Location location, Set<String> named) {
        RegionStore region = region(field, location);
        if (!named.add(location.getRegion())) {
            throw new InvalidField(field + "region", location.getRegion(), "each region once");
        }
        String bucket = location.getBucket();
        if (!BUCKET.matcher(bucket).matches()) {
            throw new InvalidField(field + "bucket", bucket, "a bucket's name");
        }
        if (!config.allows(bucket)) {
            throw new InvalidField(
                    field + "bucket",
                    bucket,
                    config.externalBuckets().isEmpty()
                            ? "none: this installation takes no objects of others, see octavo.payload.external-buckets"
                            : "one that octavo.payload.external-buckets allows: "
                                    + String.join(", ", config.externalBuckets()));
        }
        if (bucket.equals(region.location("").getBucket())) {
            throw new InvalidField(field + "bucket", bucket, "another bucket than the one payloads are kept in");
        }
        int length = location.getKey().getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > LONGEST_KEY) {
            throw new InvalidField(field + "key", location.getKey(), "1 to " + LONGEST_KEY + " bytes");
        }
    }

    private ServiceException tooLargeForChecks(long size) {
        return ServiceException.validationFailed(List.of(new InvalidField(
                "payload.size",
                size,
                "at most " + config.externalVerifyLimit().toBytes()
                        + " bytes, up to which objects of others are read and can be checked; publish the bytes"
                        + " themselves, or change the topic's validation")));
    }

    /** @param through what its bytes are verified through; null = they are not */
    private void checkObject(
            String field, S3Location location, Expected expected, @Nullable UnaryOperator<InputStream> through) {
        RegionStore region = region(field, location);
        long size = region.size(location);
        if (size == RegionStore.ABSENT) {
            throw new InvalidField(
                    field + "key", location.getKey(), "an object that is there, in bucket " + location.getBucket());
        }
        if (size != expected.size()) {
            throw ServiceException.of(
                    ErrorCode.DIGEST_MISMATCH,
                    field + "key: an object of " + size + " bytes (expected: " + expected.size() + ", as announced)");
        }
        if (through != null) {
            verify(field, region, location, expected, through);
        }
    }

    private static void verify(
            String field,
            RegionStore region,
            S3Location location,
            Expected expected,
            UnaryOperator<InputStream> through) {
        try (InputStream bytes = expected.size() == 0
                        ? InputStream.nullInputStream()
                        : region.read(location, 0, expected.size());
                InputStream checked = through.apply(bytes)) {
            Intake intake = new Intake(checked, expected, expected.size());
            byte[] buffer = new byte[BUFFER];
            int read = 0;
            while (read >= 0) {
                read = intake.read(buffer, 0, BUFFER);
            }
            intake.verify();
        } catch (MissingPayload e) {
            throw new InvalidField(field + "key", location.getKey(), "an object that stays there");
        } catch (IOException e) {
            throw ServiceException.unavailable(
                    "region " + region.name() + ": S3 broke off while an object was verified", RETRY_AFTER, e);
        }
    }

    private RegionStore region(String field, S3Location location) {
        return regions.stream()
                .filter(region -> region.name().equals(location.getRegion()))
                .findFirst()
                .orElseThrow(() -> new InvalidField(
                        field + "region",
                        location.getRegion(),
                        "one of "
                                + String.join(
                                        ", ",
                                        regions.stream().map(RegionStore::name).toList())));
    }
}
