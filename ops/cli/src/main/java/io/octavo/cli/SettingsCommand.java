package io.octavo.cli;

import io.octavo.rules.TopicNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "settings",
        header = "Shows or changes a topic's settings.",
        description = {
            "Without --set, --schema and --replace it shows them; with --json it prints the server's topic.",
            "Keys are description, owner, labels.NAME, retention.maxVersions, retention.maxAge (such as 30d),"
                    + " requireScope (true or false), keepIdle (true: the topic is kept though nobody uses it), and what payloads are held against before they become versions:"
                    + " validation.minSize and validation.maxSize in bytes, validation.maxSizeChange in percent of the"
                    + " newest published version's size, and validation.format (json or json-lines). An empty value sets"
                    + " the default again. --replace sets everything, what isn't named to its default; it creates the"
                    + " topic if there is none.",
            "A change shows the environment and each setting's value before and after, and asks before it is made."
        },
        footer = {
            "  octavo settings prices",
            "  octavo settings prices --set owner=shop --set retention.maxVersions=50 --set labels.tier=",
            "  octavo settings prices --set validation.maxSizeChange=50 --schema prices.schema.json",
            "  octavo settings prices --json | jq .settings > settings.json",
            "  octavo settings prices --replace settings.json --yes",
            "  octavo settings prices --replace '{\"owner\":\"shop\"}' --dry-run"
        })
@Manual(
        changes = "With --set, --schema or --replace the topic's settings, from which retention and publishing go by.",
        related = {"topics", "hold", "audit"})
final class SettingsCommand implements Subcommand {
    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A setting to change; may be given several times.")
    private List<String> changes = new ArrayList<>();

    @Option(
            names = "--schema",
            paramLabel = "FILE|-|JSON",
            description = "The JSON Schema that each payload, or each line of it, has to meet: itself, a file, or - for"
                    + " standard input; --set validation.schema= takes it away.")
    private @Nullable String schema;

    @Option(
            names = "--replace",
            paramLabel = "FILE|-|JSON",
            description = "All settings as a JSON object: itself, a file, or - for standard input.")
    private @Nullable String replacement;

    @Mixin
    private WriteOptions options = new WriteOptions();

    @Override
    public void run(Session session) throws IOException, InterruptedException {
        TopicNames.check(topic);
        boolean isPatch = schema != null || !changes.isEmpty();
        if (replacement != null && isPatch) {
            throw Failure.usage("--replace excludes --set and --schema");
        }
        if (replacement == null && !isPatch) {
            show(session);
            return;
        }
        options.require(session.shell());
        ObjectNode body = body(session.shell());
        CommandWords again = CommandWords.of("settings", topic);
        if (replacement == null) {
            changes.forEach(change -> again.option("--set", change));
            if (schema != null) {
                again.option("--schema", Json.write(body.path("validation").path("schema")));
            }
        } else {
            again.option("--replace", Json.write(body));
        }
        Write write = Write.of(replacement == null ? "PATCH" : "PUT", Target.of("topics", topic), again)
                .body(body)
                .tell("Settings", "of " + topic);
        if (options.isShown(session)) {
            Map<String, String> before = SettingsInput.flat(before(session));
            write.preview(tried -> differences(before, SettingsInput.flat(tried.path("settings"))));
        }
        options.carryOut(session, write, "Changed the settings of " + topic);
    }

    private ObjectNode body(Shell shell) throws IOException {
        if (replacement != null) {
            return SettingsInput.object("--replace", replacement, shell);
        }
        ObjectNode patch = SettingsInput.patch(changes);
        if (schema != null) {
            SettingsInput.schema(patch, SettingsInput.object("--schema", schema, shell));
        }
        return patch;
    }

    private void show(Session session) throws InterruptedException {
        JsonNode document = session.api().get(Target.of("topics", topic));
        if (session.json()) {
            session.result(document);
            return;
        }
        Table table = new Table("SETTING", "VALUE");
        SettingsInput.flat(document.path("settings")).forEach(table::row);
        table.print(session.shell().out());
    }

    private JsonNode before(Session session) throws InterruptedException {
        try {
            return session.api().get(Target.of("topics", topic)).path("settings");
        } catch (Failure failure) {
            if (replacement != null && failure.code().equals("TOPIC_NOT_FOUND")) {
                return Json.object();
            }
            throw failure;
        }
    }

    private static List<String> differences(Map<String, String> before, Map<String, String> after) {
        Table table = new Table("SETTING", "FROM", "TO");
        TreeSet<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        keys.removeIf(key -> before.getOrDefault(key, "").equals(after.getOrDefault(key, "")));
        keys.forEach(key -> table.row(key, before.getOrDefault(key, ""), after.getOrDefault(key, "")));
        return keys.isEmpty() ? List.of("No setting changes") : table.lines();
    }
}
