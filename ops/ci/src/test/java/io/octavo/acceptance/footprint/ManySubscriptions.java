package io.octavo.acceptance.footprint;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One subscription, then some, then all: what each state takes. Arguments: how many topics, what their names begin with. */
final class ManySubscriptions {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private ManySubscriptions() {}

    public static void main(String[] arguments) throws Exception {
        int all = Integer.parseInt(arguments[0]);
        // What is only there because it is measured is there from now on.
        var unused = Footprint.settled();
        try (OctavoClient client = OctavoClient.builder()
                .server(URI.create(System.getenv("OCTAVO_SERVER")))
                .app("footprint")
                .build()) {
            List<Subscription<byte[]>> subscriptions = new ArrayList<>();
            Footprint one = with(client, arguments[1], subscriptions, 1);
            one.print("one");
            with(client, arguments[1], subscriptions, all / 10).print("some");
            Footprint many = with(client, arguments[1], subscriptions, all);
            many.print("all");
            many.printGrowth("all", one);
            Footprint.figure(
                    "payloads",
                    subscriptions.stream()
                            .skip(1)
                            .mapToLong(each -> each.get().length)
                            .sum());
        }
    }

    private static Footprint with(
            OctavoClient client, String prefix, List<Subscription<byte[]>> subscriptions, int count) throws Exception {
        while (subscriptions.size() < count) {
            subscriptions.add(client.subscription(prefix + subscriptions.size(), Deserializers.bytes())
                    .start());
        }
        for (Subscription<byte[]> each : subscriptions) {
            each.awaitValue(BOUND);
        }
        return Footprint.settled();
    }
}
