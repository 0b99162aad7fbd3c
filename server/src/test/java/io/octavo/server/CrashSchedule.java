package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.Stocktaking;
import io.octavo.server.payload.Expected;
import io.octavo.server.payload.MissingParts;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.payload.OpenUpload;
import io.octavo.server.payload.Payloads;
import io.octavo.server.payload.SignedUploads;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.StoredPayload;
import io.octavo.server.payload.UploadsConfig;
import io.octavo.server.subscribe.SubscribeRole;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.RandomCommands;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What publishers, operators and readers do with two topics, as a seed has it: through a node that lives on, while
 * housekeeping dies. For one thread.
 */
final class CrashSchedule {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int ACTIONS = 40;
    private static final int LARGE = (1 << 20) + 1;
    private static final int LONGEST_PAUSE_MILLIS = 200;

    private final String description;
    private final Random random;
    private final RandomCommands commands;
    private final List<String> topics;
    private final List<SmallObjects> buckets;
    private final Stocktaking stocktaking;
    private final Duration grace;
    private final Payloads payloads;
    private final TopicCommits commits;
    private final CassandraStore store;
    private final SubscribeRole subscribe;
    private final SignedUploads signed;
    private final Deque<Stopped> stopped = new ArrayDeque<>();
    private int uploads;
    private int readings;

    /** An upload whose publisher has stopped. */
    private record Stopped(OpenUpload upload, ByteString bytes) {}

    /** @param grace within which what could be given must be there */
    CrashSchedule(long seed, RealNode node, List<SmallObjects> buckets, Stocktaking stocktaking, Duration grace) {
        this.description = "octavo.seed=" + seed + " with octavo.seeds=1";
        this.random = new Random(seed);
        this.commands = new RandomCommands(random);
        this.topics = topics(seed);
        this.buckets = buckets;
        this.stocktaking = stocktaking;
        this.grace = grace;
        this.payloads = node.bean(Payloads.class);
        this.commits = node.bean(TopicCommits.class);
        this.store = node.bean(CassandraStore.class);
        this.subscribe = node.bean(SubscribeRole.class);
        this.signed =
                payloads.signed(node.bean(UploadsConfig.class), store.openUploads(), node.bean(InstantSource.class));
    }

    /** The topics of a seed. */
    static List<String> topics(long seed) {
        return List.of("seed." + seed + ".a", "seed." + seed + ".b");
    }

    /** Plays it; what stores and operators refuse is no failure, for they may be away. */
    void play() throws IOException, InterruptedException {
        for (int i = 0; i < ACTIONS; i++) {
            try {
                act();
            } catch (ServiceException | InvalidField refused) {
                // As it may be.
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
        }
    }

    int readings() {
        return readings;
    }

    private void act() throws IOException, InterruptedException {
        String topic = topics.get(random.nextInt(2));
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> publish(topic, bytes(random.nextInt(300)));
            case 3 -> publish(topic, bytes(LARGE));
            case 4 -> begin(topic);
            case 5 -> resume();
            case 6, 7, 8 -> operate(topic);
            case 9 -> stocktaking.assertWhatCanBeGivenIsThere(topic);
            default -> read(topic);
        }
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private void publish(String topic, byte[] bytes) throws IOException {
        commit(topic, payloads.store(topic, new ByteArrayInputStream(bytes), Expected.nothing()));
    }

    private void commit(String topic, StoredPayload payload) {
        PublishVersion publish = new PublishVersion(
                List.of(payload.part()), Map.of(), commands.scopes(), null, false, null, payload.uploadId(), "");
        commits.commit(topic, publish, "publisher", null);
    }

    /** A publisher puts its payload into one region itself, and stops. */
    private void begin(String topic) throws IOException, InterruptedException {
        byte[] bytes = bytes(LARGE);
        uploads++;
        OpenUpload upload =
                signed.begin(topic, "upload-" + uploads, LARGE, ByteString.copyFrom(Digests.sha256(bytes)), 0);
        Stopped one = new Stopped(upload, ByteString.copyFrom(bytes));
        stopped.add(one);
        put(one, 1);
    }

    /** One that has stopped goes on, if it isn't too late. */
    private void resume() throws IOException, InterruptedException {
        Stopped resumed = stopped.poll();
        if (resumed != null && put(resumed, Integer.MAX_VALUE)) {
            commit(resumed.upload().topic(), signed.complete(resumed.upload(), "", body -> body));
        }
    }

    private boolean put(Stopped upload, int most) throws IOException, InterruptedException {
        MissingParts missing = signed.missing(upload.upload());
        if (missing == null) {
            return false;
        }
        boolean all = true;
        for (MissingParts.Link link :
                missing.parts().subList(0, Math.min(most, missing.parts().size()))) {
            ByteString part = upload.bytes()
                    .substring(Math.toIntExact(link.offset()), Math.toIntExact(link.offset() + link.size()));
            HttpRequest request = HttpRequest.newBuilder(URI.create(link.url()))
                    .timeout(Duration.ofSeconds(10))
                    .PUT(BodyPublishers.ofByteArray(part.toByteArray()))
                    .build();
            all &= HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        }
        return all;
    }

    private void operate(String topic) {
        TopicHead head = store.log().head(topic, Read.SERIAL);
        if (head == null) {
            return;
        }
        Command command = random.nextInt(6) == 0
                ? new PinScope(
                        commands.scopes().stream().findFirst().orElse(Scopes.GLOBAL),
                        1 + random.nextLong(head.getNewestVersion()),
                        "for a while",
                        Instant.now().plusMillis(500 + random.nextInt(2_000)).toEpochMilli())
                : commands.nextOfOld(head.getNewestVersion(), head.getRevision());
        commits.commit(topic, command, "operator", null);
    }

    /** Somebody is given a version, by the service or by a region's fallback cache, and reads it in two slow halves. */
    private void read(String topic) throws IOException, InterruptedException {
        SmallObjects bucket = random.nextBoolean() ? null : buckets.get(random.nextInt(buckets.size()));
        TopicHead head = bucket == null ? subscribe.cache().head(topic) : Stocktaking.front(bucket, topic);
        VersionRecord version = head == null ? null : given(head);
        if (head == null || version == null) {
            return;
        }
        Part part = version.getParts(0);
        long half = part.getSize() / 2;
        Instant asked = Instant.now();
        boolean isThere;
        if (bucket == null) {
            isThere = isReadable(part, 0, half);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
            asked = isThere ? Instant.now() : asked;
            isThere = isThere && isReadable(part, half, part.getSize() - half);
        } else {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(500));
            asked = Instant.now();
            isThere = Stocktaking.isWhole(part, Stocktaking.exported(bucket, part));
        }
        readings++;
        assertThat(isThere || !stocktaking.isOwed(topic, version.getVersion(), grace, asked))
                .as(
                        "%s: %s version %d is there, as %s gave it at revision %d\n%s",
                        description,
                        topic,
                        version.getVersion(),
                        bucket == null ? "the service" : bucket.region(),
                        head.getRevision(),
                        stocktaking.trail(topic))
                .isTrue();
    }

    private @Nullable VersionRecord given(TopicHead head) {
        List<Long> versions = RandomCommands.resolved(head).values().stream()
                .filter(number -> number > 0)
                .distinct()
                .toList();
        return versions.isEmpty() ? null : Heads.record(head, versions.get(random.nextInt(versions.size())));
    }

    private boolean isReadable(Part part, long offset, long length) throws IOException {
        try (InputStream body = payloads.open(part, offset, length)) {
            return body.readAllBytes().length == length;
        } catch (MissingPayload e) {
            return false;
        }
    }
}
