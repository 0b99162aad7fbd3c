package io.octavo.server.subscribe;

import io.octavo.protocol.AdoptionCount;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.ConsumerQuery;
import io.octavo.protocol.ConsumerSighting;
import io.octavo.protocol.CountAdoptionsRequest;
import io.octavo.protocol.CountAdoptionsResponse;
import io.octavo.protocol.CountConsumersRequest;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.CountMovesRequest;
import io.octavo.protocol.CountMovesResponse;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.ListUsedTopicsRequest;
import io.octavo.protocol.ListUsedTopicsResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.UsedTopic;
import io.octavo.rules.InvalidField;
import io.octavo.server.consumers.ConsumerReports;
import io.octavo.server.consumers.Given;
import io.octavo.server.consumers.Identities;
import io.octavo.server.consumers.Sightings;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Answers what is asked of the {@link ConsumerRegistry}: goes through all that are alive, beside the polls, and resolves
 * for each what it is to run. Thread-safe.
 */
final class ConsumerQueries implements ConsumerReports {
    private static final int MOST_LISTED = 1000;

    private final ConsumerRegistry registry;
    private final HeadCache cache;

    ConsumerQueries(ConsumerRegistry registry, HeadCache cache) {
        this.registry = registry;
        this.cache = cache;
    }

    /** A process and one of its topics. */
    private record Row(String topic, KnownInstance instance, Report report, int place) {
        static final Comparator<Row> ORDER =
                Comparator.comparing(Row::topic).thenComparing(row -> row.instance.consumer(), Sightings.CONSUMERS);

        boolean isAfter(ConsumerSighting position) {
            int byTopic = topic.compareTo(position.getTopic());
            return byTopic > 0
                    || (byTopic == 0 && Sightings.CONSUMERS.compare(instance.consumer(), position.getConsumer()) > 0);
        }
    }

    @Override
    public ListConsumersResponse list(ListConsumersRequest request) {
        cache.requireReady();
        int limit = request.getLimit();
        if (limit < 1 || limit > MOST_LISTED) {
            throw new InvalidField("limit", limit, "1 to " + MOST_LISTED);
        }
        ConsumerQuery query = request.getQuery();
        ConsumerSighting after = request.hasAfter() ? request.getAfter() : null;
        Set<Long> identities = new HashSet<>(request.getIdentitiesList());
        long now = registry.now();
        // No more is kept than goes on the page, and one that tells whether there is more.
        PriorityQueue<Row> first = new PriorityQueue<>(limit + 2, Row.ORDER.reversed());
        registry.forEachLive(now, instance -> {
            boolean isMeant = matches(query, instance.consumer())
                    && (identities.isEmpty() || identities.contains(Identities.of(instance.consumer())));
            rows(instance, isMeant, query.getTopic())
                    .filter(row -> after == null || row.isAfter(after))
                    .filter(row -> first.size() <= limit || Row.ORDER.compare(row, first.element()) < 0)
                    .filter(row -> isWanted(query, running(row)))
                    .forEach(row -> {
                        first.add(row);
                        if (first.size() > limit + 1) {
                            first.remove();
                        }
                    });
        });
        ListConsumersResponse.Builder answer =
                ListConsumersResponse.newBuilder().setNotRecorded(registry.unrecorded());
        if (first.size() > limit) {
            first.remove();
            answer.setMore(true);
        }
        first.stream().sorted(Row.ORDER).map(row -> sighting(row, now)).forEach(answer::addConsumers);
        return answer.build();
    }

    @Override
    public CountConsumersResponse count(CountConsumersRequest request) {
        cache.requireReady();
        ConsumerQuery query = request.getQuery();
        CachedTopic topic = cache.get(query.getTopic());
        long now = registry.now();
        Tally tally = new Tally(request.getIdentities());
        registry.forEachLive(now, instance -> {
            Report report = instance.report();
            int place = matches(query, instance.consumer()) ? report.placeOf(query.getTopic()) : -1;
            if (place >= 0) {
                Running running = Running.of(report, place, instance.consumer(), topic);
                if (isWanted(query, running)) {
                    tally.add(running, report.error(place), instance.consumer(), millis(now - instance.seen()));
                }
            }
        });
        return tally.answer()
                .setEpoch(topic == null ? 0 : topic.epoch())
                .setRevision(topic == null ? 0 : topic.revision())
                .setNotRecorded(registry.unrecorded())
                .build();
    }

    @Override
    public CountMovesResponse countMoves(CountMovesRequest request) {
        cache.requireReady();
        String topic = request.getAfter().getTopic();
        MoveTally tally = new MoveTally(request);
        long now = registry.now();
        registry.forEachLive(now, instance -> {
            if (instance.report().placeOf(topic) >= 0) {
                tally.add(instance.consumer(), millis(now - instance.seen()));
            }
        });
        return tally.answer().setNotRecorded(registry.unrecorded()).build();
    }

    @Override
    public CountAdoptionsResponse countAdoptions(CountAdoptionsRequest request) {
        cache.requireReady();
        CachedTopic topic = cache.get(request.getTopic());
        Map<Given, AdoptionCount.Builder> counts = registry.adoptions().of(request.getTopic());
        long now = registry.now();
        registry.forEachLive(now, instance -> {
            Report report = instance.report();
            int place = report.placeOf(request.getTopic());
            Given given = topic == null || place < 0 ? null : topic.given(instance.consumer());
            if (given != null && report.state(place) != RunState.OVERRIDDEN) {
                AdoptionCount.Builder count = counts.computeIfAbsent(given, AdoptionTimes::count);
                Tally.count(
                        report.version(place) == given.version()
                                ? count.getRunningBuilder()
                                : count.getLaggingBuilder(),
                        request.getIdentities(),
                        instance.consumer(),
                        millis(now - instance.seen()));
            }
        });
        CountAdoptionsResponse.Builder answer =
                CountAdoptionsResponse.newBuilder().setNotRecorded(registry.unrecorded());
        counts.values().forEach(answer::addAdoptions);
        return answer.build();
    }

    @Override
    public ListUsedTopicsResponse listUsed(ListUsedTopicsRequest request) {
        cache.requireReady();
        Map<String, Long> ago = registry.recent().agoMillis();
        long now = registry.now();
        registry.forEachLive(now, instance -> {
            Report report = instance.report();
            long seen = millis(now - instance.seen());
            for (int place = 0; place < report.size(); place++) {
                if (cache.get(report.topic(place)) != null) {
                    ago.merge(report.topic(place), seen, Math::min);
                }
            }
        });
        ListUsedTopicsResponse.Builder answer = ListUsedTopicsResponse.newBuilder();
        ago.forEach((topic, millis) ->
                answer.addTopics(UsedTopic.newBuilder().setTopic(topic).setAgoMs(millis)));
        return answer.build();
    }

    private static Stream<Row> rows(KnownInstance instance, boolean isMeant, String topic) {
        Report report = instance.report();
        if (!isMeant) {
            return Stream.empty();
        }
        if (!topic.isEmpty()) {
            int place = report.placeOf(topic);
            return place < 0 ? Stream.empty() : Stream.of(new Row(topic, instance, report, place));
        }
        return IntStream.range(0, report.size())
                .mapToObj(place -> new Row(report.topic(place), instance, report, place));
    }

    private static boolean matches(ConsumerQuery query, Consumer consumer) {
        return meets(query.getRegion(), consumer.getRegion())
                && meets(query.getApp(), consumer.getApp())
                && meets(query.getCluster(), consumer.getCluster())
                && meets(query.getInstance(), consumer.getInstance());
    }

    private static boolean meets(String wanted, String actual) {
        return wanted.isEmpty() || wanted.equals(actual);
    }

    private static boolean isWanted(ConsumerQuery query, Running running) {
        boolean anyState = query.getState() == RunState.RUN_STATE_UNSPECIFIED;
        return (anyState || query.getState() == running.state()) && (!query.getLagging() || running.isLagging());
    }

    private Running running(Row row) {
        CachedTopic topic = cache.get(row.topic());
        return Running.of(row.report(), row.place(), row.instance().consumer(), topic);
    }

    private ConsumerSighting sighting(Row row, long now) {
        Running running = running(row);
        return ConsumerSighting.newBuilder()
                .setTopic(row.topic())
                .setConsumer(row.instance().consumer())
                .setVersion(running.version())
                .setResolvedVersion(running.resolved())
                .setState(running.state())
                .setError(row.report().error(row.place()))
                .setSinceAgoMs(millis(now - row.report().since(row.place())))
                .setSeenAgoMs(millis(now - row.instance().seen()))
                .build();
    }

    private static long millis(long nanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos));
    }
}
