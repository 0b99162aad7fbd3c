package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.ConsumerQuery;
import io.octavo.protocol.ConsumerSighting;
import io.octavo.protocol.RunState;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.consumers.ConsumerPage;
import io.octavo.server.consumers.Fleet;
import io.octavo.server.security.Right;
import io.octavo.server.web.AdoptionViews.AdoptionsView;
import io.octavo.server.web.ConsumerViews.ConsumerCountsView;
import io.octavo.server.web.ConsumerViews.ConsumerList;
import io.octavo.server.web.ConsumerViews.ConsumerView;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Who is there and what they run, by their own word. */
@RestController
final class ConsumersController {
    private static final char LIST = 'c';
    private static final List<RunState> STATES = Arrays.stream(RunState.values())
            .filter(state -> state != RunState.RUN_STATE_UNSPECIFIED && state != RunState.UNRECOGNIZED)
            .toList();

    private final Fleet fleet;
    private final InstantSource clock;

    ConsumersController(Fleet fleet, InstantSource clock) {
        this.fleet = fleet;
        this.clock = clock;
    }

    @Call(
            value = "Live consumers and what they run, by topic, region, app, cluster and instance.",
            query = {"topic", "region", "app", "cluster", "instance", "state", "lagging", "limit", "pageToken"})
    @GetMapping(Addresses.CONSUMERS)
    @Needs(Right.LIST)
    ResponseEntity<ConsumerList> list(HttpServletRequest request) {
        Query query = Query.of(
                request,
                "topic",
                "region",
                "app",
                "cluster",
                "instance",
                "state",
                "lagging",
                "limit",
                PageToken.PARAMETER);
        int limit = Paging.limit(query);
        ConsumerSighting after = Position.read(query);
        String topic = query.text("topic");
        ConsumerQuery.Builder wanted = query(query).setState(state(query)).setLagging(query.flag("lagging"));
        if (topic != null) {
            wanted.setTopic(TopicNames.check(topic));
            Access.require(request, Right.READ, topic, List.of());
        }
        ConsumerPage page = fleet.list(wanted.build(), limit, after);
        Instant now = clock.instant();
        Predicate<String> readable = Access.readable(request);
        List<ConsumerView> shown = page.consumers().stream()
                .filter(sighting -> readable == null || readable.test(sighting.getTopic()))
                .map(sighting -> ConsumerView.of(sighting, now))
                .toList();
        ConsumerSighting next = page.next();
        return Answers.ok().body(ConsumerList.of(shown, page, next == null ? null : Position.token(next)));
    }

    @Call(
            value = "How many live instances run which version of a topic, how many lag behind, and why some failed.",
            query = {"region", "app", "cluster", "instance"})
    @GetMapping(Addresses.CONSUMER_COUNTS)
    @Needs(Right.READ)
    ResponseEntity<ConsumerCountsView> counts(HttpServletRequest request, @PathVariable String topic) {
        Query query = Query.of(request, "region", "app", "cluster", "instance");
        TopicNames.check(topic);
        return Answers.ok()
                .body(ConsumerCountsView.of(
                        topic, fleet.count(query(query).setTopic(topic).build())));
    }

    @Call(
            "How the versions of a topic were taken up: after how long parts of the instances ran each, and how many do now.")
    @GetMapping(Addresses.CONSUMER_ADOPTION)
    @Needs(Right.READ)
    ResponseEntity<AdoptionsView> adoption(HttpServletRequest request, @PathVariable String topic) {
        var unused = Query.of(request);
        TopicNames.check(topic);
        return Answers.ok().body(AdoptionsView.of(topic, fleet.adoptions(topic)));
    }

    private static ConsumerQuery.Builder query(Query query) {
        Consumer who = Consumers.of(query);
        return ConsumerQuery.newBuilder()
                .setRegion(who.getRegion())
                .setApp(who.getApp())
                .setCluster(who.getCluster())
                .setInstance(who.getInstance());
    }

    private static RunState state(Query query) {
        String text = query.text("state");
        if (text == null) {
            return RunState.RUN_STATE_UNSPECIFIED;
        }
        return STATES.stream()
                .filter(state -> state.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidField(
                        "state",
                        text,
                        "one of " + STATES.stream().map(RunState::name).collect(Collectors.joining(", "))));
    }

    /** Where a list goes on: no name has a blank in it. */
    private static final class Position {
        private static final int FIELDS = 5;

        private Position() {}

        static String token(ConsumerSighting last) {
            Consumer consumer = last.getConsumer();
            return PageToken.after(
                    LIST,
                    String.join(
                            " ",
                            last.getTopic(),
                            consumer.getRegion(),
                            consumer.getApp(),
                            consumer.getCluster(),
                            consumer.getInstance()));
        }

        static @Nullable ConsumerSighting read(Query query) {
            String text = PageToken.read(LIST, query);
            if (text == null) {
                return null;
            }
            String[] fields = text.split(" ", -1);
            if (fields.length != FIELDS || !TopicNames.isValid(fields[0])) {
                throw PageToken.invalid(text);
            }
            return ConsumerSighting.newBuilder()
                    .setTopic(fields[0])
                    .setConsumer(Consumer.newBuilder()
                            .setRegion(fields[1])
                            .setApp(fields[2])
                            .setCluster(fields[3])
                            .setInstance(fields[4]))
                    .build();
        }
    }
}
