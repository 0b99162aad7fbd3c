package io.octavo.server.validation;

import io.octavo.protocol.Part;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHeadOrBuilder;
import io.octavo.protocol.Validation;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How large the next payload of a topic may be, as its head stands.
 *
 * @param least in bytes
 * @param most  in bytes
 * @param why   the settings that say so, and what they go by
 */
public record SizeRules(long least, long most, String why) {
    private static final SizeRules NONE = new SizeRules(0, Long.MAX_VALUE, "");

    /** The rules that the settings of a head make, with the sizes of its versions. */
    public static SizeRules of(TopicHeadOrBuilder head) {
        Validation rules = head.getSettings().getValidation();
        SizeRules plain = NONE;
        if (rules.getMinSize() > 0) {
            plain = plain.and(new SizeRules(rules.getMinSize(), Long.MAX_VALUE, "validation.minSize"));
        }
        if (rules.getMaxSize() > 0) {
            plain = plain.and(new SizeRules(0, rules.getMaxSize(), "validation.maxSize"));
        }
        return rules.getMaxSizeChange() == 0 ? plain : plain.and(change(head, rules.getMaxSizeChange()));
    }

    /**
     * Checks the size of a payload.
     *
     * @throws ServiceException VALIDATION_FAILED, with the way out
     */
    public void check(long size) {
        if (size < least || size > most) {
            throw refusal(Long.toString(size));
        }
    }

    /** The refusal of a size of which this much is known. */
    ServiceException refusal(String size) {
        String range = most == Long.MAX_VALUE
                ? "at least " + least + " bytes"
                : least == 0 ? "at most " + most + " bytes" : least + " to " + most + " bytes";
        return ServiceException.validationFailed(List.of(new InvalidField(
                "payload.size", size, range + " by " + why + "; if it is right, change these settings first")));
    }

    private static SizeRules change(TopicHeadOrBuilder head, int percent) {
        Optional<VersionRecord> newest = head.getPublicationsList().stream()
                .map(Publication::getVersion)
                .max(Comparator.naturalOrder())
                .flatMap(number -> head.getVersionsList().stream()
                        .filter(version -> version.getVersion() == number)
                        .findFirst());
        long size = newest.map(SizeRules::size).orElse(0L);
        if (size == 0) {
            // Nothing published, or nothing in it: there is no percent of that.
            return NONE;
        }
        // In double precision: sizes are far below 2^53, and their products with percents are not to overflow.
        double change = size * (percent / 100.0);
        return new SizeRules(
                Math.max(0, (long) Math.ceil(size - change)),
                (long) Math.floor(size + change),
                "validation.maxSizeChange, " + percent + " % of the " + size + " bytes of version "
                        + newest.get().getVersion());
    }

    private static long size(VersionRecord version) {
        return version.getPartsList().stream().mapToLong(Part::getSize).sum();
    }

    private SizeRules and(SizeRules other) {
        return new SizeRules(
                Math.max(least, other.least),
                Math.min(most, other.most),
                why.isEmpty() ? other.why : why + " and " + other.why);
    }
}
