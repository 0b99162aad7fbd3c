package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "publish",
        header = "Publishes a new version of a topic.",
        description = {
            "Sends a file, or with - what comes from standard input, and prints the version that it became. The"
                    + " payload is streamed, of any size.",
            "It is safe to repeat: the same --idempotency-key never makes a second version. A file is sent again by"
                    + " itself when the connection fails; standard input can't be, so then the exit status is 3 and"
                    + " the key to repeat it with is printed.",
            "In a CI run the metadata git.commit and ci.run are added (GitHub, GitLab, Jenkins), unless --meta gives"
                    + " them, and not with --if-changed, for which they would make a change of every run.",
            "Other than the commands that move consumers by hand it doesn't ask: it says where it goes, and then whom it"
                    + " moved."
        },
        footer = {
            "  octavo publish prices prices.json --scope region=eu --scope region=us,app=shop",
            "  octavo publish prices prices.json --if-changed --hold 'the audit of 2026'",
            "  octavo publish prices prices.json --dry-run",
            "  octavo publish prices prices.json --wait 100%% --wait-timeout 2m",
            "  pg_dump shop | octavo publish shop-dump - --meta source=pg1 --stage"
        })
@Manual(
        changes = "The topic has one version more, which the consumers in its scopes are to run.",
        related = {"history", "scopes add", "rollback", "hold"})
final class PublishCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC", description = "Is created if there is none of that name yet.")
    private String topic = "";

    @Parameters(paramLabel = "FILE|-", description = "The payload.")
    private String file = "";

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            converter = ScopeConverter.class,
            description = "Whom it is for, such as region=eu,app=recs, or * for everybody, which is the default."
                    + " May be given several times.")
    private List<String> scopes = new ArrayList<>();

    @Option(
            names = "--meta",
            paramLabel = "KEY=VALUE",
            description = "Metadata to keep with the version. May be given several times.")
    private List<String> meta = new ArrayList<>();

    @Option(names = "--stage", description = "Publish it to nobody yet.")
    private boolean stage;

    @Option(names = "--hold", paramLabel = "REASON", description = "Keep the version from being collected, and why.")
    private @Nullable String hold;

    /** Nothing is asked that it could answer; scripts may give it with every write all the same. */
    @Option(names = "--yes", hidden = true)
    void yes(boolean given) {}

    @Option(
            names = "--if-changed",
            description = "Make no version if the newest has the same bytes, metadata and scopes.")
    private boolean ifChanged;

    @Option(
            names = "--expected-version",
            paramLabel = "N",
            description = "Publish only if N is the newest version; 0: only if there is none.")
    private @Nullable Long expectedVersion;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Names this publish and its repetitions; by default a new one is made.")
    private @Nullable String givenKey;

    @Option(names = "--dry-run", description = "Send it, check all, and show whom it would move; nothing is published.")
    private boolean dryRun;

    @Option(names = "--content-type", paramLabel = "TYPE", description = "Kept with the version.")
    private @Nullable String contentType;

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        wait.check(stage ? "--stage" : dryRun ? "--dry-run" : null);
        Map<String, String> metadata = metadata(session.shell().environment());
        String given = WriteOptions.checkedKey("--idempotency-key", givenKey);
        String key = given == null ? WriteOptions.newKey() : given;
        Target target = target(metadata);
        Map<String, String> headers = headers(key);
        String again = session.selecting(again(metadata))
                .option("--idempotency-key", key)
                .toString();
        Content content = content(session);
        if (content.contentDigest() != null) {
            headers.put("Content-Digest", content.contentDigest());
        }
        session.note((dryRun ? "Trying to publish to " : "Publishing to ") + Environments.nameIfTold(session));
        Upload.Published published = send(session, target, headers, content, key, again);
        JsonNode version = published.version();
        if (dryRun) {
            tried(session, Api.tried(version));
            return;
        }
        if (!Json.text(version, "sha256").equals(content.sentSha256())) {
            throw Failure.here("sha256: " + Json.text(version, "sha256") + " (expected: " + content.sentSha256()
                    + "); version " + Json.number(version, "version") + " is not what was sent");
        }
        print(session, published, key);
        wait.await(session, topic, Json.number(version, "revision"), Set.of(Json.number(version, "version")));
    }

    private Upload.Published send(
            Session session, Target target, Map<String, String> headers, Content content, String key, String again)
            throws InterruptedException {
        String advice = "repeat it, safely, with: " + again;
        try (Progress progress = Progress.of(session, topic, content.size())) {
            return new Upload(session.api(), target, headers, content, progress, advice).send();
        } catch (Failure failure) {
            throw failure.exitStatus() == Failure.OUTCOME_UNKNOWN
                    ? failure.with("idempotencyKey", key).with("repeat", again)
                    : failure;
        } catch (InterruptedException e) {
            session.note("octavo: interrupted, outcome unknown — " + advice);
            throw e;
        }
    }

    private void tried(Session session, JsonNode answer) {
        List<String> lines = new ArrayList<>();
        lines.add("Would be " + became(answer));
        lines.addAll(Impact.lines(answer));
        lines.add("Nothing was changed: this was a dry run");
        session.result(answer, lines.toArray(String[]::new));
    }

    private void print(Session session, Upload.Published published, String key) {
        JsonNode version = published.version();
        ObjectNode document = Json.object();
        document.setAll((ObjectNode) version);
        document.put("created", published.created()).put("replayed", published.replayed());
        document.put("idempotencyKey", key);
        session.done(
                document,
                (published.replayed() ? "Was published before: " : published.created() ? "" : "Unchanged: ")
                        + became(version));
        if (version.has("impact")) {
            session.note(Impact.lines(version).toArray(String[]::new));
        }
    }

    private String became(JsonNode version) {
        return topic + " version " + Json.number(version, "version") + " " + Versions.audience(version) + ", "
                + Text.size(Json.number(version, "size")) + ", SHA-256 "
                + Text.shortDigest(Json.text(version, "sha256"));
    }

    private Content content(Session session) throws IOException {
        if (file.equals("-")) {
            return Content.ofStream(session.shell().in());
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new InvalidField("FILE", file, "a readable file, or - for standard input");
        }
        return Files.isRegularFile(path) ? Content.ofFile(path) : Content.ofStream(Files.newInputStream(path));
    }

    private Map<String, String> metadata(Map<String, String> environment) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (String pair : meta) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new InvalidField("--meta", pair, "KEY=VALUE");
            }
            if (metadata.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
                throw new InvalidField("--meta", pair, "each key once");
            }
        }
        if (!ifChanged) {
            CiRun.metadata(environment).forEach(metadata::putIfAbsent);
        }
        return metadata;
    }

    private Target target(Map<String, String> metadata) {
        if (stage && !scopes.isEmpty()) {
            throw Failure.usage("--stage and --scope exclude each other: a staged version is published to nobody yet");
        }
        if (hold != null && hold.isBlank()) {
            throw new InvalidField("--hold", hold, "the reason");
        }
        Target target = Target.of("topics", topic, "versions");
        for (String scope : scopes) {
            target = target.with("scope", scope);
        }
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            target = target.with("meta", entry.getKey() + "=" + entry.getValue());
        }
        return target.with("stage", stage ? true : null)
                .with("hold", hold)
                .with("ifChanged", ifChanged ? true : null)
                .with("dryRun", dryRun ? true : null);
    }

    private Map<String, String> headers(String key) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Idempotency-Key", key);
        if (expectedVersion != null) {
            if (expectedVersion < 0) {
                throw new InvalidField("--expected-version", expectedVersion, "the newest version's number, 0 = none");
            }
            headers.put("Octavo-Expected-Version", expectedVersion.toString());
        }
        if (contentType != null) {
            if (!contentType.matches("[!-~]+/[ -~]*[!-~]")) {
                throw new InvalidField("--content-type", contentType, "a media type such as application/json");
            }
            headers.put("Content-Type", contentType);
        }
        return headers;
    }

    /** The command that repeats this one: what the key was first used with counts, so everything is named. */
    private CommandWords again(Map<String, String> metadata) {
        CommandWords again = CommandWords.of("publish", topic, file);
        scopes.forEach(scope -> again.option("--scope", scope));
        metadata.forEach((name, value) -> again.option("--meta", name + "=" + value));
        return again.flag("--stage", stage)
                .option("--hold", hold)
                .flag("--if-changed", ifChanged)
                .option("--expected-version", expectedVersion)
                .option("--content-type", contentType)
                .flag("--dry-run", dryRun);
    }
}
