package io.octavo.rules;

import io.octavo.protocol.TopicHead;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where in a bucket the fallback cache keeps its objects. Every object is made once and never overwritten:
 *
 * <ul>
 *   <li>{@code <prefix>/heads/<topic>/<epoch>/<revision>}: a {@link TopicHead} message. Epoch and revision are counted
 *       down from the largest number there is, with 19 digits each, so that the first key under {@link #heads(String)} is
 *       the newest head's.
 *   <li>{@code <prefix>/payloads/<two hex>/<16 hex>}: the bytes of a direct payload, by its id.
 *   <li>{@code <prefix>/complete/<time>}: everything that was committed before that time, in ms and counted down
 *       likewise, is in this cache.
 *   <li>{@code <prefix>/bundles/<time>/<number>}: many heads in one object, each behind its length as protobuf delimits
 *       messages. Only a faster way to them: which head is a topic's newest is said by the keys of heads. The time, in ms
 *       and counted down likewise, is when their collecting began.
 * </ul>
 *
 * <p>No key is a folder of another.
 *
 * @param prefix of all keys; one installation's own
 */
public record FallbackKeys(String prefix) {
    private static final Pattern PREFIX = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}(/[a-z0-9][a-z0-9._-]{0,62}){0,3}");
    private static final Pattern HEAD = Pattern.compile("([^/]+)/([0-9]{19})/([0-9]{19})");
    private static final Pattern PAYLOAD = Pattern.compile("[0-9a-f]{2}/([0-9a-f]{16})");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{19}");

    /** @throws InvalidField if it can't be a prefix */
    public FallbackKeys {
        if (!PREFIX.matcher(prefix).matches() || prefix.equals("payloads") || prefix.startsWith("payloads/")) {
            throw new InvalidField(
                    "octavo.fallback.prefix",
                    prefix,
                    "1 to 4 names of a-z, 0-9, dot, underscore and dash, with"
                            + " slashes between; not payloads, where payloads of 1 MiB or more are");
        }
    }

    /**
     * What the key of a head says.
     *
     * @param epoch    of the head
     * @param revision of the head
     */
    public record Position(String topic, long epoch, long revision) {
        /** Whether it is before another one of the same topic. */
        public boolean isBefore(long otherEpoch, long otherRevision) {
            return Heads.compare(epoch, revision, otherEpoch, otherRevision) < 0;
        }

        /** Whether it is behind this head of the same topic's. */
        public boolean isAfter(TopicHead head) {
            return Heads.compare(epoch, revision, head.getEpoch(), head.getRevision()) > 0;
        }
    }

    /** What the keys of all heads begin with. */
    public String heads() {
        return prefix + "/heads/";
    }

    /** What the keys of a topic's heads begin with, and no other's: the slash is part of it. */
    public String heads(String topic) {
        return heads() + TopicNames.check(topic) + "/";
    }

    /** The key of a head. */
    public String head(String topic, long epoch, long revision) {
        return heads(topic) + countedDown(epoch) + "/" + countedDown(revision);
    }

    /** The key of this head. */
    public String head(TopicHead head) {
        return head(head.getTopic(), head.getEpoch(), head.getRevision());
    }

    /** A key that sorts behind all heads of a topic, and before those of the topics that follow it. */
    public String behind(String topic) {
        return heads(topic) + "~";
    }

    /** What a head's key says; null if it is none. */
    public @Nullable Position position(String key) {
        if (!key.startsWith(heads())) {
            return null;
        }
        Matcher matcher = HEAD.matcher(key.substring(heads().length()));
        return matcher.matches() && TopicNames.isValid(matcher.group(1))
                ? new Position(matcher.group(1), countedUp(matcher.group(2)), countedUp(matcher.group(3)))
                : null;
    }

    /** What the keys of all payloads begin with. */
    public String payloads() {
        return prefix + "/payloads/";
    }

    /** The key of a direct payload; the folder is the id's last byte, which spreads them evenly. */
    public String payload(long payloadId) {
        HexFormat hex = HexFormat.of();
        return payloads() + hex.toHexDigits((byte) payloadId) + "/" + hex.toHexDigits(payloadId);
    }

    /** The id that a payload's key is for; null if it is none. */
    public @Nullable Long payloadId(String key) {
        if (!key.startsWith(payloads())) {
            return null;
        }
        Matcher matcher = PAYLOAD.matcher(key.substring(payloads().length()));
        return matcher.matches() ? HexFormat.fromHexDigitsToLong(matcher.group(1)) : null;
    }

    /** What the keys of all marks begin with that say up to when the cache is complete; the first is the newest. */
    public String marks() {
        return prefix + "/complete/";
    }

    /** The key that says that the cache has everything committed before this time. */
    public String mark(long millis) {
        return marks() + countedDown(millis);
    }

    /** The time that a mark's key says, in ms; null if it is none. */
    public @Nullable Long markedMillis(String key) {
        if (!key.startsWith(marks())) {
            return null;
        }
        String number = key.substring(marks().length());
        return NUMBER.matcher(number).matches() ? countedUp(number) : null;
    }

    /** What the keys of all bundles of heads begin with; the newest are the first. */
    public String bundles() {
        return prefix + "/bundles/";
    }

    /**
     * The key of a bundle of heads.
     *
     * @param millis when their collecting began
     * @param number counts those of one time; below a million
     */
    public String bundle(long millis, int number) {
        return bundles() + countedDown(millis) + "/" + String.format(Locale.ROOT, "%06d", number);
    }

    /** A key that sorts behind all bundles of this time, and before older ones. */
    public String behindBundles(long millis) {
        return bundles() + countedDown(millis) + "/~";
    }

    private static String countedDown(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("number: " + number + " (expected: 0 or more)");
        }
        return String.format(Locale.ROOT, "%019d", Long.MAX_VALUE - number);
    }

    /** Of 19 digits; more than a long holds stands for the oldest there is. */
    private static long countedUp(String digits) {
        return digits.compareTo(Long.toString(Long.MAX_VALUE)) > 0 ? 0 : Long.MAX_VALUE - Long.parseLong(digits);
    }
}
