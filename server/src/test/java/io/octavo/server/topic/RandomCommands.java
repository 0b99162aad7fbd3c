package io.octavo.server.topic;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Part;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Settings;
import io.octavo.protocol.Share;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Draws commands as operators and publishers might send them, sensible or not. */
public final class RandomCommands {
    private static final List<String> REGIONS = List.of("", "", "eu", "us");
    private static final List<String> APPS = List.of("", "", "recs", "search");
    private static final List<String> CLUSTERS = List.of("", "", "", "blue");

    private final Random random;

    public RandomCommands(Random random) {
        this.random = random;
    }

    /** A command for a topic whose newest version and revision are about these. */
    public Command next(long newest, long revision) {
        return drawn(Math.max(1, newest - random.nextInt(6)), revision);
    }

    /** One that makes no version, and concerns older ones too. */
    public Command nextOfOld(long newest, long revision) {
        Command command;
        do {
            command = drawn(Math.max(1, newest - random.nextInt(12)), revision);
        } while (command instanceof PublishVersion);
        return command;
    }

    private Command drawn(long version, long revision) {
        return switch (random.nextInt(22)) {
            case 0, 1, 2, 3, 4 -> publish(scopes(1 + random.nextInt(2)));
            case 5 -> publish(List.of());
            case 6 -> publish(List.of(Scopes.GLOBAL));
            case 7, 8 -> new AddScope(version, scope(), null, "");
            case 9, 10 -> new AddScope(version, scope(), share(), "");
            case 11, 12 -> new WithdrawVersion(version, scope(), "bad");
            case 13 -> new PinScope(scope(), version, "incident", 0);
            case 14 -> new UnpinScope(scope(), "over");
            case 15 -> new QuarantineVersion(version, "poison");
            case 16 -> new LiftQuarantine(version, "false alarm");
            case 17 ->
                random.nextBoolean()
                        ? new HoldVersion(version, null, "audit", 0)
                        : new ReleaseHold(version, "tester", "");
            case 18 ->
                switch (random.nextInt(4)) {
                    case 0 -> new ArchiveTopic(revision, Instant.EPOCH);
                    case 1 -> new UnarchiveTopic("it is used again");
                    default -> settings();
                };
            case 19 ->
                new RollbackTopic(
                        random.nextBoolean() ? null : scope(),
                        random.nextInt(3) > 0 ? null : (Long) version,
                        "worse",
                        random.nextInt(4) == 0);
            case 20 -> new DeleteVersion(version, "leaked");
            default -> random.nextInt(4) == 0 ? new DeleteTopic(revision, "unused") : new RestoreTopic("");
        };
    }

    /** Scopes of a publish; now and then none. */
    public List<Scope> scopes() {
        return random.nextInt(8) == 0 ? List.of() : scopes(1 + random.nextInt(2));
    }

    public PublishVersion publish(List<Scope> scopes) {
        Part part = Part.newBuilder().setSize(random.nextInt(1_000)).build();
        return new PublishVersion(
                List.of(part), Map.of("n", Integer.toString(random.nextInt(3))), scopes, null, false, null, 0, "");
    }

    /** What each of a few consumers of every kind runs. */
    public static Map<Consumer, Long> resolved(TopicHead head) {
        Map<Consumer, Long> versions = new LinkedHashMap<>();
        for (String region : REGIONS) {
            for (String app : APPS) {
                for (String cluster : CLUSTERS) {
                    for (int instance = 0; instance < 5; instance++) {
                        Consumer consumer = Consumer.newBuilder()
                                .setRegion(region)
                                .setApp(app)
                                .setCluster(cluster)
                                .setInstance("host-" + instance)
                                .build();
                        versions.put(consumer, Resolution.of(head, consumer).version());
                    }
                }
            }
        }
        return versions;
    }

    private Command settings() {
        String owner = "team-" + random.nextInt(3);
        return new ChangeSettings(
                before -> Settings.newBuilder(before).setOwner(owner).build(), owner, null);
    }

    private Share share() {
        return Share.newBuilder()
                .setBound(1 + random.nextInt(9_999))
                .setSalt("salt-" + random.nextInt(3))
                .build();
    }

    private List<Scope> scopes(int count) {
        List<Scope> scopes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            scopes.add(scope());
        }
        return scopes;
    }

    private Scope scope() {
        return Scope.newBuilder()
                .setRegion(one(REGIONS))
                .setApp(one(APPS))
                .setCluster(one(CLUSTERS))
                .build();
    }

    private String one(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }
}
