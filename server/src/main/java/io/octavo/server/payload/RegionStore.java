package io.octavo.server.payload;

import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.S3Location;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One region's object store. Calls block, each with a time-out; they throw a
 * {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if the store can't or won't answer. Thread-safe.
 */
interface RegionStore extends AutoCloseable {
    /** What {@link #size} says of an object that isn't there. */
    long ABSENT = -1;

    String name();

    /** Where an object with this key of ours is. */
    S3Location location(String key);

    /** The bucket can be reached, with our keys. */
    void check(boolean createBucket);

    /**
     * Starts an object in parts; returns the store's name for this attempt.
     *
     * @param origin what the object is to say of itself
     */
    String begin(String key, Origin origin);

    /**
     * Stores a part, verified by the store.
     *
     * @param number 1…10,000
     * @return its tag, wanted back by {@link #complete}
     */
    String put(String key, String attempt, int number, byte[] bytes, int length);

    /** Makes the parts, in this order, the object. */
    void complete(String key, String attempt, List<String> tags);

    /** The parts that an attempt has, in no order; null if the store doesn't know the attempt. */
    @Nullable
    List<StoredPart> parts(String key, String attempt);

    /** A part that the store has in full. */
    record StoredPart(int number, long size, String tag) {}

    /**
     * A signed address to put a part to, by plain HTTP; computed here, without asking the store.
     *
     * @param length in bytes; the store takes no other
     * @param good   for how long
     */
    SignedPart partLink(String key, String attempt, int number, long length, Duration good);

    /** The store's mark of an object's content, as it is; empty if it isn't there. */
    String tag(String key);

    /** Gives an attempt up, and frees its parts; harmless if the store doesn't know it. */
    void abort(String key, String attempt);

    /** The attempts at this key that were neither completed nor aborted. */
    List<String> attempts(String key);

    /**
     * Attempts at any key that begins so, which were begun before that time and neither completed nor aborted.
     *
     * @param most so many at most; later calls have the others, once these are gone
     */
    List<Unfinished> unfinished(String prefix, Instant before, int most);

    /** An attempt that nobody may go on with. */
    record Unfinished(String key, String attempt) {}

    /** The object's size in bytes, or {@link #ABSENT}. */
    long size(String key);

    /** The size of any object in bytes, also one that is not ours, or {@link #ABSENT}. */
    long size(S3Location location);

    /** Whether there is such an object: true and false are both sure. Answers soon, or throws. */
    boolean has(S3Location location);

    /** Harmless if it isn't there. */
    void delete(String key);

    /**
     * A part of an object; closing it early costs no more than closing.
     *
     * @param length at least 1
     * @throws MissingPayload if the store is sure that there is no such object
     */
    InputStream read(S3Location location, long offset, long length);

    /** A signed address; computed here, without asking the store. */
    PayloadLink link(S3Location location);

    @Override
    void close();
}
