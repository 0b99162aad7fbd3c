package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "get",
        header = "Gets a version's payload.",
        description = {
            "Gets what a consumer is to run, or with --at was to run then, or with --version that version. The bytes are streamed to standard"
                    + " output, or with -o to a file that is replaced at once when all of them are there. A connection"
                    + " that breaks is gone on with. The SHA-256 is verified: if it isn't the version's, the exit"
                    + " status is 1, the file is as it was, and what came on standard output must not be used.",
            "With -o and --json the version is printed."
        },
        footer = {
            "  octavo get prices --region eu -o prices.json",
            "  octavo get prices --version 7 | jq .",
            "  octavo get prices --region eu --at 2h -o prices-before.json"
        })
@Manual(
        changes = "With -o the file.",
        related = {"watch", "history", "explain"})
final class GetCommand implements Subcommand {
    private static final Path STANDARD_OUTPUT = Path.of("-");

    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Option(names = "--version", paramLabel = "N", description = "This version, published to whomever.")
    private @Nullable Long number;

    @Option(
            names = "--at",
            paramLabel = "WHEN",
            description = "What was to be run then: 2h or 7d ago, or at 2026-11-22T18:00:00Z.")
    private @Nullable String at;

    @Mixin
    private ConsumerOptions consumer = new ConsumerOptions();

    @Mixin
    private FreshnessOptions freshness = new FreshnessOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write; by default, and with -, to standard output.")
    private @Nullable Path output;

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        if (number != null && (consumer.isGiven() || freshness.isGiven() || at != null)) {
            throw Failure.usage(
                    "--version excludes --region, --app, --cluster, --instance, --at, --strict and --min-revision: it says it all");
        }
        if (output != null && !output.equals(STANDARD_OUTPUT)) {
            AtomicFile.check(output);
        }
        JsonNode version = session.api().get(number == null ? latest(session) : version(number));
        if (output == null || output.equals(STANDARD_OUTPUT)) {
            download(session, version, new Strict(session.shell().out()));
            return;
        }
        try (AtomicFile written = AtomicFile.open(output)) {
            download(session, version, written.stream());
            written.commit();
        }
        ObjectNode document = Json.object();
        document.setAll((ObjectNode) version);
        document.put("file", output.toAbsolutePath().toString());
        session.result(
                document,
                topic + " version " + Json.number(version, "version") + ", " + Text.size(Json.number(version, "size"))
                        + ", in " + output);
    }

    private Target version(long wanted) {
        return Target.of("topics", topic, "versions", Versions.check("--version", wanted));
    }

    private Target latest(Session session) {
        Object then = at == null ? null : Periods.past("--at", at, session.now());
        return freshness.addTo(
                consumer.addTo(Target.of("topics", topic, "latest")).with("at", then), at);
    }

    private void download(Session session, JsonNode version, OutputStream to) throws InterruptedException {
        Target payload = Target.of("topics", topic, "versions", Json.number(version, "version"), "payload");
        long size = Json.number(version, "size");
        try (Progress progress = Progress.of(session, topic, size)) {
            new Download(session.api(), payload, size, Json.text(version, "sha256"), to, progress).run();
        }
    }

    /** A print stream that tells when nobody reads it any more. */
    private static final class Strict extends OutputStream {
        private final PrintStream out;

        Strict(PrintStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            if (out.checkError()) {
                throw new IOException("standard output was closed");
            }
        }
    }
}
