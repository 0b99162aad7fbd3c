package io.octavo.server.fallback;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys;
import io.octavo.rules.FallbackKeys.Position;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.SmallObjects.Listed;
import io.octavo.server.payload.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The fallback cache of one region. Calls block and throw as those of {@link SmallObjects} do. Thread-safe. */
public final class FallbackRegion {
    /** The order of topics in which their heads are listed: the slash behind the name counts. */
    public static final Comparator<String> ORDER = Comparator.comparing(topic -> topic + "/");

    /** A head that is gone between listing and reading has been followed by a newer one. */
    private static final int LOOKS = 3;

    private final SmallObjects objects;
    private final FallbackKeys keys;

    public FallbackRegion(SmallObjects objects, FallbackKeys keys) {
        this.objects = objects;
        this.keys = keys;
    }

    /** An object of a head. */
    public record Exported(String key, Position position, Instant modified) {}

    /** A head's object is no head, or of something else. */
    public static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unreadable(String what) {
            super(what);
        }
    }

    /** The region's name. */
    public String name() {
        return objects.region();
    }

    /** Puts a head in; its payloads must be there. False if it was there. */
    public boolean createHead(TopicHead head) {
        return objects.create(keys.head(head), head.toByteArray());
    }

    /**
     * Puts the bytes of a direct payload in; false if they were there. Empty ones need no object.
     *
     * @param origin of which version they are
     */
    public boolean createPayload(long payloadId, ByteString bytes, Origin origin) {
        return !bytes.isEmpty() && objects.create(keys.payload(payloadId), bytes.toByteArray(), origin);
    }

    /** Says that everything committed before this time is in this cache. */
    public void markComplete(Instant at) {
        byte[] text = at.toString().getBytes(StandardCharsets.UTF_8);
        objects.create(keys.mark(at.toEpochMilli()), text);
    }

    /** Up to when the cache is complete; null if it never was. */
    public @Nullable Instant completeAt() {
        for (Listed listed : objects.list(keys.marks(), "", 1)) {
            Long millis = keys.markedMillis(listed.key());
            if (millis != null) {
                return Instant.ofEpochMilli(millis);
            }
        }
        return null;
    }

    /** Removes all marks but the newest. */
    public void removeOldMarks() {
        List<Listed> marks = objects.list(keys.marks(), "", SmallObjects.MOST_KEYS);
        if (marks.size() > 1) {
            remove(marks.subList(1, marks.size()).stream().map(Listed::key).toList());
        }
    }

    /** Heads of a topic, newest first, at most {@link SmallObjects#MOST_KEYS}. */
    public List<Exported> heads(String topic) {
        return exported(objects.list(keys.heads(topic), "", SmallObjects.MOST_KEYS));
    }

    /**
     * The newest head of a topic; null if there is none.
     *
     * @throws Unreadable if it is no head
     */
    public @Nullable TopicHead newest(String topic) {
        for (int look = 0; look < LOOKS; look++) {
            List<Exported> newest = exported(objects.list(keys.heads(topic), "", 1));
            if (newest.isEmpty()) {
                return null;
            }
            TopicHead head = read(newest.get(0));
            if (head != null) {
                return head;
            }
        }
        throw ServiceException.unavailable(
                "region " + name() + ": the newest head of " + topic + " was listed and not found, " + LOOKS + " times",
                Duration.ofSeconds(5),
                null);
    }

    /**
     * A head that was listed; null if it is gone since.
     *
     * @throws Unreadable if it is no head
     */
    public @Nullable TopicHead read(Exported exported) {
        byte[] bytes = objects.read(exported.key());
        if (bytes == null) {
            return null;
        }
        try {
            TopicHead head = TopicHead.parseFrom(bytes);
            Position position = new Position(head.getTopic(), head.getEpoch(), head.getRevision());
            if (position.equals(exported.position())) {
                return head;
            }
        } catch (InvalidProtocolBufferException e) {
            throw new Unreadable("region " + name() + ": " + exported.key() + " is no head: " + e.getMessage());
        }
        throw new Unreadable("region " + name() + ": " + exported.key() + " is the head of something else");
    }

    /**
     * Hands over the heads of every topic, by topic, those of one newest first.
     *
     * @param goOn asked before each page of a thousand
     * @return whether it came to the end
     */
    public boolean forEachHead(BooleanSupplier goOn, Consumer<Exported> consumer) {
        return forEachHead("", goOn, consumer);
    }

    /** As {@link #forEachHead(BooleanSupplier, Consumer)}, of the heads whose keys are behind this one; empty = all. */
    public boolean forEachHead(String after, BooleanSupplier goOn, Consumer<Exported> consumer) {
        String last = after;
        while (goOn.getAsBoolean()) {
            List<Listed> page = objects.list(keys.heads(), last, SmallObjects.MOST_KEYS);
            exported(page).forEach(consumer);
            if (page.size() < SmallObjects.MOST_KEYS) {
                return true;
            }
            last = page.get(page.size() - 1).key();
        }
        return false;
    }

    /** A key behind all heads of a topic, and before those of the topics that follow it, in {@link #ORDER}. */
    public String behind(String topic) {
        return keys.behind(topic);
    }

    /** What the keys of all payloads begin with. */
    public String payloadPrefix() {
        return keys.payloads();
    }

    /** Objects of payloads behind a key, in their order, a page of a thousand. */
    public List<StoredObject> payloadObjects(String after) {
        return objects.list(keys.payloads(), after, SmallObjects.MOST_KEYS).stream()
                .map(listed -> {
                    Long id = keys.payloadId(listed.key());
                    return new StoredObject(listed.key(), id == null ? 0 : id, listed.modified());
                })
                .toList();
    }

    /** Of which version the payload in an object is; null if it doesn't say so, or isn't there any more. */
    public @Nullable Origin origin(String key) {
        return objects.origin(key);
    }

    /** The bytes of a direct payload; null if they are not there. An empty one has no object. */
    public @Nullable ByteString payload(long payloadId) {
        byte[] bytes = objects.read(keys.payload(payloadId));
        return bytes == null ? null : ByteString.copyFrom(bytes);
    }

    /** Removes the bytes of a direct payload. */
    public void removePayload(long payloadId) {
        objects.delete(List.of(keys.payload(payloadId)));
    }

    /**
     * Puts heads in together, which must have been put in each by itself: those are what counts.
     *
     * @param begunMillis when their collecting began
     * @param number      counts the bundles of that time
     * @param heads       each behind its length
     */
    public void createBundle(long begunMillis, int number, ByteString heads) {
        objects.create(keys.bundle(begunMillis, number), heads.toByteArray());
    }

    /** The keys of bundles, newest first, at most {@link SmallObjects#MOST_KEYS}. */
    public List<String> bundles() {
        return objects.list(keys.bundles(), "", SmallObjects.MOST_KEYS).stream()
                .map(Listed::key)
                .toList();
    }

    /**
     * The heads of a bundle, some of which may be out of date; none if it is gone.
     *
     * @throws Unreadable if it is no bundle
     */
    public List<TopicHead> bundle(String key) {
        byte[] bytes = objects.read(key);
        List<TopicHead> heads = new ArrayList<>();
        if (bytes == null) {
            return heads;
        }
        InputStream in = new ByteArrayInputStream(bytes);
        try {
            for (TopicHead head = next(in); head != null; head = next(in)) {
                heads.add(head);
            }
            return heads;
        } catch (IOException e) {
            throw new Unreadable("region " + name() + ": " + key + " is no bundle of heads: " + e.getMessage());
        }
    }

    private static @Nullable TopicHead next(InputStream in) throws IOException {
        return TopicHead.parseDelimitedFrom(in);
    }

    /** Removes the first so many bundles of those whose collecting began then. */
    public void removeBundles(long begunMillis, int count) {
        remove(IntStream.range(0, count)
                .mapToObj(number -> keys.bundle(begunMillis, number))
                .toList());
    }

    /** Removes the bundles whose collecting began before this time. */
    public void removeBundlesBefore(long begunMillis) {
        List<Listed> old;
        do {
            old = objects.list(keys.bundles(), keys.behindBundles(begunMillis), SmallObjects.MOST_KEYS);
            remove(old.stream().map(Listed::key).toList());
        } while (old.size() == SmallObjects.MOST_KEYS);
    }

    /** Removes heads: never the newest of a topic. */
    public void removeHeads(List<Exported> heads) {
        remove(heads.stream().map(Exported::key).toList());
    }

    private void remove(List<String> all) {
        for (int from = 0; from < all.size(); from += SmallObjects.MOST_KEYS) {
            objects.delete(all.subList(from, Math.min(from + SmallObjects.MOST_KEYS, all.size())));
        }
    }

    private List<Exported> exported(List<Listed> page) {
        List<Exported> exported = new ArrayList<>(page.size());
        for (Listed listed : page) {
            Position position = keys.position(listed.key());
            if (position != null) {
                exported.add(new Exported(listed.key(), position, listed.modified()));
            }
        }
        return exported;
    }
}
