package io.octavo.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.octavo.acceptance.Command.Ran;
import io.octavo.client.OctavoClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the Java client takes of the process that it is in: programs with nothing but the client count for themselves. Their
 * whole output, with the names of what they found, is part of a failure's message.
 */
@ExtendWith(SharedStack.class)
final class FootprintIT {
    private static final Pattern FIGURE = Pattern.compile("(?m)^(.+) = (-?\\d+)$");
    private static final int SUBSCRIPTIONS = 200;
    private static final int PUBLISHES = 10_000;
    /** What a publish may leave on the heap, in the mean: less than an object or two. 15 bytes are measured, of tables and code. */
    private static final long BYTES_OF_A_PUBLISH = 50;

    private static final int TOPICS = 32;
    private static final int CLIENTS = 100;
    private static final long MIB = 1 << 20;
    private static final Duration BOUND = Duration.ofMinutes(3);

    private final Stack stack;

    FootprintIT(Stack stack) {
        this.stack = stack;
    }

    @Test
    void twoHundredSubscriptionsTakeOneConnectionAndHardlyMemoryOrThreads() throws Exception {
        try (OctavoClient client = client()) {
            byte[] payload = new byte[1000];
            for (int i = 0; i < SUBSCRIPTIONS; i++) {
                client.publish("footprint.many." + i).bytes(payload);
            }
        }
        Figures of = run("ManySubscriptions", stack.newFolder(), Integer.toString(SUBSCRIPTIONS), "footprint.many.");
        assertThat(of.figure("one connections")).as(of.said("connections")).isOne();
        assertThat(of.figure("all connections")).as(of.said("connections")).isOne();
        assertThat(of.out()).as(of.said("it is a node's")).containsPattern("all: connection to \\w*" + node());
        long heap = of.figure("all heap") - of.figure("one heap") - of.figure("payloads");
        System.out.printf("%d subscriptions more: %d bytes of heap each%n", SUBSCRIPTIONS - 1, heap / SUBSCRIPTIONS);
        assertThat(heap).as(of.said("heap besides the payloads")).isLessThan(2 * MIB);
        // With the first subscriptions come those of pools, which are bounded.
        assertThat(of.figure("all threads")).as(of.said("threads")).isLessThanOrEqualTo(of.figure("some threads") + 2);
    }

    @Test
    void thousandsOfPublishesLeaveMemoryThreadsDescriptorsAndFilesAsTheyWere() throws Exception {
        Path folder = stack.newFolder();
        Path cache = folder.resolve("cache");
        Figures of;
        try (MemoryServiceProcess service = MemoryServiceProcess.start(folder)) {
            of = run("ManyPublishes", folder, Integer.toString(PUBLISHES), service.address(), cache.toString());
        }
        System.out.printf(
                "%d publishes, %d a second, followed in the same process: %d bytes more of heap than after a tenth%n",
                of.figure("all publishes"), of.figure("all publishes a second"), of.more("heap"));
        assertThat(of.figure("all publishes")).isEqualTo(PUBLISHES);
        assertThat(of.more("heap")).as(of.said("heap")).isLessThan(BYTES_OF_A_PUBLISH * of.more("publishes"));
        assertThat(of.more("resident")).as(of.said("memory in all")).isLessThan(32 * MIB);
        assertThat(of.more("threads of the client")).as(of.said("threads")).isNotPositive();
        // gRPC has as many as there were answers at once.
        assertThat(of.more("threads")).as(of.said("threads")).isLessThanOrEqualTo(TOPICS);
        assertThat(of.more("descriptors")).as(of.said("descriptors")).isLessThanOrEqualTo(2);
        assertThat(of.figure("all connections")).as(of.said("connections")).isLessThanOrEqualTo(2);
        // Those in use, the directory, and its lock.
        assertThat(of.figure("all files work")).as(of.said("files in use")).isLessThanOrEqualTo(TOPICS / 4 + 2);
        assertThat(of.figure("all files topics")).as(of.said("topics' files")).isEqualTo(TOPICS + 1);
        assertThat(of.figure("all files temporary")).as(of.said("files")).isZero();
    }

    @Test
    void nothingIsLeftOfClosedClients() throws Exception {
        try (OctavoClient client = client()) {
            for (int i = 0; i < 3; i++) {
                client.publish("footprint.closed." + i).string("value");
            }
            byte[] large = new byte[48 << 20];
            new SplittableRandom(1).nextBytes(large);
            client.publish("footprint.large").bytes(large);
        }
        Path folder = stack.newFolder();
        Map<String, String> store = serverEnvironment();
        Figures of = run(
                "ClosedClients",
                folder,
                Integer.toString(CLIENTS),
                "footprint.closed.",
                "footprint.large",
                folder.resolve("cache").toString(),
                Objects.requireNonNull(store.get("OCTAVO_REGIONS_0_S3_ENDPOINT")),
                Objects.requireNonNull(store.get("OCTAVO_REGIONS_0_S3_BUCKET")),
                Objects.requireNonNull(store.get("OCTAVO_REGIONS_0_S3_ACCESSKEY")),
                Objects.requireNonNull(store.get("OCTAVO_REGIONS_0_S3_SECRETKEY")));
        assertThat(of.out().lines().filter(line -> line.startsWith("left: ")))
                .as(of.said("what is left of closed clients"))
                .isEmpty();
        assertThat(of.figure("heap left")).as(of.said("heap")).isLessThan(MIB);
        // Some end before they are noticed.
        assertThat(of.figure("closed amid a download"))
                .as(of.said("closed amid a download"))
                .isPositive();
    }

    private OctavoClient client() {
        return OctavoClient.builder().server(URI.create(stack.url())).build();
    }

    /** The node that polls go to, as Linux writes it. */
    private String node() throws IOException, InterruptedException {
        JsonObject node =
                new Rest(stack).get("/status").getAsJsonArray("nodes").get(0).getAsJsonObject();
        String address = node.get("grpc").getAsString();
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        return String.format("0100007F:%04X", port);
    }

    /** Variables that the server was started with. */
    private Map<String, String> serverEnvironment() throws IOException {
        Map<String, String> variables = new HashMap<>();
        Path environment = Path.of("/proc/" + stack.server().pid() + "/environ");
        for (String variable : new String(Files.readAllBytes(environment), UTF_8).split("\0", -1)) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                variables.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return variables;
    }

    private Figures run(String program, Path folder, String... arguments) throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // All of the heap is resident from the start: what is added later is beside it.
                "-Xms96m",
                "-Xmx96m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                Path.of("target/test-classes").toAbsolutePath() + ":"
                        + Path.of("target/client").toAbsolutePath() + "/*",
                "io.octavo.acceptance.footprint." + program));
        words.addAll(List.of(arguments));
        Ran ran = stack.run(folder, BOUND, words);
        assertThat(ran.status()).as("%s\n%s", ran, stack.logs()).isZero();
        return new Figures(ran.out());
    }

    /** What a program has printed. */
    private record Figures(String out) {
        long figure(String name) {
            Matcher figures = FIGURE.matcher(out);
            while (figures.find()) {
                if (figures.group(1).equals(name)) {
                    return Long.parseLong(figures.group(2));
                }
            }
            throw new AssertionError("no figure " + name + " in:\n" + out);
        }

        /** By how much a figure is higher after all publishes than after a tenth of them. */
        long more(String name) {
            return figure("all " + name) - figure("tenth " + name);
        }

        String said(String what) {
            return what + "; the process said:\n" + out;
        }
    }
}
