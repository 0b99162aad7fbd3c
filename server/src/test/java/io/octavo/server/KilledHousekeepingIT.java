package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.client.Fallback;
import io.octavo.local.LocalCassandra;
import io.octavo.local.LocalS3;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.Stocktaking;
import io.octavo.server.housekeeping.Stores;
import io.octavo.server.payload.PayloadConfig;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.TestPayloads;
import io.octavo.server.retention.RetentionPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Housekeeping is killed behind every step of every task, again and again, and Cassandra now and then, on a real
 * Cassandra and a real S3 store with two regions, while people publish, stop, resume, pin, withdraw, delete and read:
 * what anybody can be given is there at any moment; and when housekeeping lives on at last, what is kept is what the log
 * says, no more and no less, and the fallback cache alone gives everybody what the service gives.
 */
@Timeout(5_400)
class KilledHousekeepingIT {
    private static final int SEEDS = Integer.getInteger("octavo.seeds", 30);
    private static final long SEED = Long.getLong("octavo.seed", new Random().nextInt(1_000_000_000));
    /** With so many, so much has to happen: a third of what does, or more. */
    private static final int USUAL = 30;

    private static final int STEPS = 12;
    private static final int READINGS = 100;
    /** With so many, somebody has to die behind every step. */
    private static final int ENOUGH_FOR_ALL = 150;

    private static final int AT_ONCE = 4;
    private static final Duration START = Duration.ofSeconds(60);
    /** For all that was left undone: the more was done, the more that is. */
    private static final Duration REST = Duration.ofSeconds(Math.max(180, 4L * SEEDS));

    private static final Duration GRACE = Duration.ofSeconds(4);
    private static final int MAX_VERSIONS = 3;
    private static final int LIVES_PER_CASSANDRA = 15;
    /** Rounds go on until every step was met, or so long. */
    private static final Duration LONGEST = Duration.ofSeconds(5L * Math.max(SEEDS, 12));

    private static final List<String> REGIONS = List.of("eu", "us");

    @TempDir
    private static Path folder;

    @Test
    void nothingThatIsNeededGoesAndNothingThatIsNotStays() throws Exception {
        LocalS3 s3 = LocalS3.start(folder.resolve("s3"));
        LocalCassandra cassandra = TestCassandra.start();
        try {
            s3.awaitReady(START);
            CassandraConfig config = TestCassandra.config(cassandra);
            List<String> settings = settings(config);
            List<String> ofNode = new ArrayList<>(settings);
            ofNode.add("--octavo.roles=publish,subscribe");
            regions(s3).forEach((key, value) -> ofNode.add("--octavo." + key + "=" + value));
            List<String> ofLives = new ArrayList<>(settings);
            ofLives.add("--octavo.roles=housekeeping");
            try (RealNode node = RealNode.start(ofNode.toArray(String[]::new));
                    HousekeepingLives lives = new HousekeepingLives(folder, ofLives, variables(s3), new Random(SEED))) {
                play(node, lives, cassandra, config, s3);
            }
        } finally {
            cassandra.close();
            s3.close();
        }
    }

    private static void play(
            RealNode node, HousekeepingLives lives, LocalCassandra cassandra, CassandraConfig config, LocalS3 s3)
            throws Exception {
        List<SmallObjects> buckets = SmallObjects.of(
                node.bean(RegionsConfig.class), node.bean(PayloadConfig.class), 8, new SimpleMeterRegistry());
        Stores stores = stores(node, buckets, config);
        List<CrashSchedule> schedules = LongStream.range(SEED, SEED + SEEDS)
                .mapToObj(seed ->
                        new CrashSchedule(seed, node, buckets, new Stocktaking(stores, "octavo.seed=" + seed), GRACE))
                .toList();
        Killing killing = new Killing(lives, cassandra, config);
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        Instant begun = Instant.now();
        try {
            do {
                List<Future<?>> round = new ArrayList<>();
                schedules.forEach(schedule -> round.add(threads.submit(() -> {
                    schedule.play();
                    return null;
                })));
                while (round.stream().anyMatch(one -> !one.isDone())) {
                    killing.next();
                }
                for (Future<?> one : round) {
                    one.get();
                }
            } while ((!lives.notYet().isEmpty() && isWithin(begun, LONGEST))
                    || (!isEnough(lives, killing, schedules) && isWithin(begun, LONGEST.multipliedBy(3))));
        } finally {
            threads.shutdownNow();
        }
        lives.last();
        TestCassandra.freeLeases(config);
        String description = "octavo.seed=" + SEED + ", octavo.seeds=" + SEEDS;
        System.out.printf(
                "housekeeping killed (%s): %d times at a step, %d times at another moment, Cassandra %d times; %d slow"
                        + " readings; nobody died behind %s; deaths behind each step: %s%n",
                description,
                lives.deaths().values().stream().mapToInt(count -> count).sum(),
                lives.killed(),
                killing.cassandraKills,
                readings(schedules),
                lives.notYet(),
                lives.deaths());
        List<String> topics = LongStream.range(SEED, SEED + SEEDS)
                .boxed()
                .flatMap(seed -> CrashSchedule.topics(seed).stream())
                .toList();
        Instant rest = Instant.now();
        try {
            await().atMost(REST)
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptionsInstanceOf(ServiceException.class)
                    .untilAsserted(() -> new Stocktaking(stores, description)
                            .assertNothingIsLeftOver(
                                    topics, new RetentionPolicy(MAX_VERSIONS, Duration.ZERO, GRACE), Instant.now()));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "\nhousekeeping said last:\n" + lives.said(), e);
        }
        System.out.printf(
                "housekeeping at rest after %d s%n",
                Duration.between(rest, Instant.now()).toSeconds());
        try (FallbackReader reader = new FallbackReader(REGIONS.stream()
                .map(region -> Fallback.of(region, bucket(region))
                        .endpoint(s3.endpoint())
                        .credentials(s3.accessKey(), s3.secretKey()))
                .toArray(Fallback[]::new))) {
            int running = reader.assertRunsWhatTheLogSays(stores.log(), topics, description);
            System.out.printf("a client with the fallback cache alone runs %d of %d topics%n", running, topics.size());
            assertThat(running).as(description).isGreaterThanOrEqualTo(topics.size() / 4);
        }
        assertThat(stepsDiedBehind(lives))
                .as(description + ": steps that somebody died behind")
                .isGreaterThanOrEqualTo(SEEDS < USUAL ? Math.min(SEEDS, 12) / 2 : STEPS);
        if (SEEDS >= USUAL) {
            assertThat(lives.killed())
                    .as(description + ": kills at another moment")
                    .isPositive();
            assertThat(killing.cassandraKills)
                    .as(description + ": kills of Cassandra")
                    .isPositive();
            assertThat(readings(schedules)).as(description + ": slow readings").isGreaterThanOrEqualTo(READINGS);
        }
        if (SEEDS >= ENOUGH_FOR_ALL) {
            assertThat(lives.notYet())
                    .as(description + ": steps that nobody died behind")
                    .isEmpty();
        }
    }

    /** Whether as much has happened as is demanded in the end; on a slow machine that takes more rounds. */
    private static boolean isEnough(HousekeepingLives lives, Killing killing, List<CrashSchedule> schedules) {
        return SEEDS < USUAL
                || (stepsDiedBehind(lives) >= STEPS
                        && lives.killed() > 0
                        && killing.cassandraKills > 0
                        && readings(schedules) >= READINGS);
    }

    private static boolean isWithin(Instant begun, Duration longest) {
        return Instant.now().isBefore(begun.plus(longest));
    }

    private static long stepsDiedBehind(HousekeepingLives lives) {
        return lives.deaths().values().stream().filter(count -> count > 0).count();
    }

    private static int readings(List<CrashSchedule> schedules) {
        return schedules.stream().mapToInt(CrashSchedule::readings).sum();
    }

    /** Kills housekeeping, and Cassandra now and then. */
    private static final class Killing {
        private final HousekeepingLives lives;
        private final LocalCassandra cassandra;
        private final CassandraConfig config;
        private final Random random = new Random(SEED);
        private int cassandraKills;

        Killing(HousekeepingLives lives, LocalCassandra cassandra, CassandraConfig config) {
            this.lives = lives;
            this.cassandra = cassandra;
            this.config = config;
        }

        void next() throws IOException, InterruptedException {
            if (!lives.next()) {
                return;
            }
            if (lives.count() / LIVES_PER_CASSANDRA > cassandraKills) {
                cassandraKills++;
                cassandra.kill();
                cassandra.restart();
                cassandra.awaitReady(START);
            } else if (random.nextInt(8) > 0) {
                // Else the next one waits until they lapse. They are taken from who lives too: then two lead at once.
                TestCassandra.freeLeases(config);
            }
        }
    }

    private static Stores stores(RealNode node, List<SmallObjects> buckets, CassandraConfig config) {
        CassandraStore store = node.bean(CassandraStore.class);
        return new Stores(
                store.log(),
                store.payloads(),
                () -> TestCassandra.payloadIds(config),
                store.uploads(),
                () -> TestPayloads.unfinished(node.bean(RegionsConfig.class), node.bean(PayloadConfig.class)),
                buckets);
    }

    private static List<String> settings(CassandraConfig config) {
        return Stream.of(
                        "cassandra.contact-points=" + config.contactPoints().get(0),
                        "cassandra.keyspace=" + config.keyspace(),
                        "cassandra.local-datacenter=" + config.localDatacenter(),
                        "cassandra.replication=1",
                        "payload.create-buckets=true",
                        "payload.connect-timeout=2s",
                        "housekeeping.lease=2s",
                        "housekeeping.lease-margin=200ms",
                        "housekeeping.expiry.interval=100ms",
                        "housekeeping.expiry.scan-interval=1s",
                        "housekeeping.export.interval=100ms",
                        "housekeeping.export.scan-interval=2s",
                        "housekeeping.export.keep=1s",
                        "housekeeping.export.put-within=2s",
                        "housekeeping.sweep.interval=100ms",
                        "housekeeping.sweep.margin=4s",
                        "housekeeping.sweep.scan-interval=2s",
                        "housekeeping.repair.interval=100ms",
                        "housekeeping.repair.scan-interval=2s",
                        "housekeeping.idle.interval=1s",
                        "housekeeping.retention.interval=100ms",
                        "housekeeping.retention.settle=0s",
                        "housekeeping.retention.max-versions=" + MAX_VERSIONS,
                        "housekeeping.retention.grace=" + GRACE.toSeconds() + "s",
                        "housekeeping.retention.deletes-per-second=10000",
                        "housekeeping.retention.brake-topic-percent=100",
                        "housekeeping.retention.brake-percent=100")
                .map(setting -> "--octavo." + setting)
                .toList();
    }

    private static Map<String, String> regions(LocalS3 s3) {
        Map<String, String> keys = new TreeMap<>();
        for (int i = 0; i < REGIONS.size(); i++) {
            String region = "regions[" + i + "].";
            keys.put(region + "name", REGIONS.get(i));
            keys.put(region + "s3.endpoint", s3.endpoint().toString());
            keys.put(region + "s3.bucket", bucket(REGIONS.get(i)));
            keys.put(region + "s3.access-key", s3.accessKey());
            keys.put(region + "s3.secret-key", s3.secretKey());
        }
        return keys;
    }

    private static String bucket(String region) {
        return "octavo-" + region;
    }

    /** The same, for the environment, where secrets belong. */
    private static Map<String, String> variables(LocalS3 s3) {
        Map<String, String> variables = new TreeMap<>();
        regions(s3)
                .forEach((key, value) -> variables.put(
                        "OCTAVO_"
                                + key.replace("[", "_")
                                        .replace("].", "_")
                                        .replace('.', '_')
                                        .replace("-", "")
                                        .toUpperCase(Locale.ROOT),
                        value));
        return variables;
    }
}
