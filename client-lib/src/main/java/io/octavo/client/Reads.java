package io.octavo.client;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.ListVersionsRequest;
import io.octavo.protocol.ListVersionsResponse;
import io.octavo.protocol.Scope;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.rules.TopicNames;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reads by hand: of versions, of what consumers are to run, and of payloads. To follow a topic, subscribe to it instead.
 *
 * <p>Immutable: what says how to read, such as {@link #strict}, answers another one. Safe for use by any number of
 * threads. All calls but those block, are repeated a few times while the service can't be reached, and throw {@link
 * OctavoException} if that doesn't help; a thread that is interrupted gives up soon and stays interrupted.
 */
public final class Reads {
    private final ReadCalls calls;
    private final Downloader downloader;
    private final GetLatestRequest how;
    private final Supplier<Consumer> self;
    private final TransferListener listener;

    Reads(ReadCalls calls, Downloader downloader, Supplier<Consumer> self) {
        this(calls, downloader, GetLatestRequest.getDefaultInstance(), self, (bytes, total) -> {});
    }

    private Reads(
            ReadCalls calls,
            Downloader downloader,
            GetLatestRequest how,
            Supplier<Consumer> self,
            TransferListener listener) {
        this.calls = calls;
        this.downloader = downloader;
        this.how = how;
        this.self = self;
        this.listener = listener;
    }

    /**
     * As another consumer than this process.
     *
     * @param where    such as {@code region=eu,app=recs}
     * @param instance names one process there, which counts where a version is for a share of them; may be empty
     */
    public Reads as(String where, String instance) {
        Scope scope = Scopes.parse(where);
        Consumer consumer = Consumer.newBuilder()
                .setRegion(scope.getRegion())
                .setApp(scope.getApp())
                .setCluster(scope.getCluster())
                .setInstance(instance)
                .build();
        return new Reads(calls, downloader, how, () -> consumer, listener);
    }

    /** What {@link #latest} answers is of this instant, in the past, by the millisecond. */
    public Reads at(Instant instant) {
        return with(how.toBuilder().setAtMs(instant.toEpochMilli()).build());
    }

    /** What {@link #latest} answers sees every write that was acknowledged before it was called. Dear: not for polling. */
    public Reads strict() {
        return with(how.toBuilder().setStrict(true).build());
    }

    /** What {@link #latest} answers is of this revision of the topic or a later one. */
    public Reads minRevision(long revision) {
        if (revision < 1) {
            throw new InvalidField("minRevision", revision, "1 or more");
        }
        return with(how.toBuilder().setMinRevision(revision).build());
    }

    /** What {@link #latest} answers would be run without any pin. */
    public Reads ignoringPins() {
        return with(how.toBuilder().setIgnorePins(true).build());
    }

    /** Is told how far {@link #download} and {@link #stream} are. */
    public Reads progress(TransferListener told) {
        return new Reads(calls, downloader, how, self, Objects.requireNonNull(told, "told"));
    }

    /**
     * What this consumer is to run.
     *
     * @throws OctavoException with {@link ErrorCode#TOPIC_NOT_FOUND}, or {@link ErrorCode#VERSION_NOT_FOUND} if nothing
     *     is for it
     */
    public Version latest(String topic) {
        GetLatestRequest request = how.toBuilder()
                .setTopic(TopicNames.check(topic))
                .setConsumer(self.get())
                .build();
        GetLatestResponse answer = blocking(() -> calls.latest(request));
        if (answer.getVersion() == 0) {
            String why = answer.getHeldBack() == 0
                    ? "nothing is published for this consumer"
                    : "version " + answer.getHeldBack() + " is held back, for its payload is missing";
            throw OctavoException.lasting(ErrorCode.VERSION_NOT_FOUND, topic + ": " + why, null);
        }
        return answer.getRecord().getMetadataOmitted()
                ? version(topic, answer.getVersion())
                : Versions.of(answer.getHead(), answer.getRecord());
    }

    /** One version by its number, also one that is staged or marked as bad. */
    public Version version(String topic, long number) {
        TopicNames.check(topic);
        return Versions.of(topic, blocking(() -> calls.version(topic, number)));
    }

    /** All versions, newest first: read a page at a time as the stream is, which throws what a read does. */
    public Stream<Version> history(String topic) {
        TopicNames.check(topic);
        return Stream.iterate(
                        page(topic, 0),
                        Objects::nonNull,
                        page -> page.getNextBelow() == 0 ? null : page(topic, page.getNextBelow()))
                .flatMap(page -> page.getRecordsList().stream())
                .map(record -> Versions.of(topic, record));
    }

    /**
     * Gets a payload into a file: large ones in several parts at once, from the nearest region that works. The file is
     * there, in place of one that was, when all bytes are, and are those that were published; it outlives a loss of
     * power. What breaks off, also by this process's death, is gone on with by the same call: until then the bytes are in
     * hidden files beside it.
     *
     * @return the file
     */
    public Path download(Version version, Path file) {
        return blocking(() -> {
            downloader.toFile(version, file, listener);
            return file;
        });
    }

    /**
     * A payload as it comes: 8 MiB of it are in memory. Whether the bytes are right is known at the end only: of wrong
     * ones the last are withheld and {@code read} throws an {@link java.io.IOException}, so nothing must be made final
     * before the end is reached. To be closed; not for use by several threads.
     */
    public InputStream stream(Version version) {
        return blocking(() -> downloader.stream(version, listener));
    }

    private ListVersionsResponse page(String topic, long below) {
        ListVersionsRequest request =
                ListVersionsRequest.newBuilder().setTopic(topic).setBelow(below).build();
        return blocking(() -> calls.list(request));
    }

    private Reads with(GetLatestRequest changed) {
        return new Reads(calls, downloader, changed, self, listener);
    }

    private static <A> A blocking(Callable<A> call) {
        try {
            return call.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OctavoException.lasting(ErrorCode.UNAVAILABLE, "interrupted", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw Errors.from(e, "read");
        }
    }
}
