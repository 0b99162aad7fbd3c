package io.octavo.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The contexts of the person who runs this, kept in one file of their own.
 *
 * @param file    where they are kept, whether it is there yet or not; null if nothing tells where
 * @param current the name of the one in use; null = none
 * @param all     by name
 */
record Contexts(@Nullable Path file, @Nullable String current, Map<String, Context> all) {
    private static final int LARGEST = 1 << 20;

    Contexts {
        all = Map.copyOf(all);
    }

    /**
     * Reads them. No file is no contexts.
     *
     * @throws Failure if the file is none of ours
     */
    static Contexts read(Map<String, String> environment) throws IOException {
        Path file = file(environment);
        if (file == null || !Files.exists(file)) {
            return new Contexts(file, null, Map.of());
        }
        JsonNode document = Files.size(file) > LARGEST ? null : Json.read(Files.readAllBytes(file));
        if (document == null || !document.path("contexts").isObject()) {
            throw Failure.here(file + ": not a list of contexts (expected: JSON as octavo context add writes it)");
        }
        Map<String, Context> all = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : document.path("contexts").properties()) {
            all.put(entry.getKey(), Context.of(entry.getKey(), entry.getValue()));
        }
        String current = document.hasNonNull("current") ? Json.text(document, "current") : null;
        return new Contexts(file, current, all);
    }

    List<Context> sorted() {
        return all.values().stream().sorted(Comparator.comparing(Context::name)).toList();
    }

    /** The one in use; null if there is none. */
    @Nullable
    Context inUse() {
        return current == null ? null : all.get(current);
    }

    /** @throws Failure a usage error, if there is none of that name */
    Context named(String name) {
        Context context = all.get(name);
        if (context == null) {
            String known = all.isEmpty()
                    ? "one that octavo context add has made"
                    : String.join(" ", all.keySet().stream().sorted().toList());
            throw Failure.usage("context: " + name + " (expected: " + known + ")");
        }
        return context;
    }

    Contexts using(String name) {
        return new Contexts(file, named(name).name(), all);
    }

    /** With a new context, or another of that name; the first is in use at once. */
    Contexts with(Context context) {
        Map<String, Context> more = new LinkedHashMap<>(all);
        more.put(context.name(), context);
        return new Contexts(file, inUse() == null ? context.name() : current, more);
    }

    Contexts without(String name) {
        Map<String, Context> fewer = new LinkedHashMap<>(all);
        fewer.remove(named(name).name());
        return new Contexts(file, name.equals(current) ? null : current, fewer);
    }

    /** Keeps them: whole or not at all, and for nobody else to read. */
    void write() throws IOException {
        if (file == null || file.getParent() == null) {
            throw Failure.here("HOME: not set (expected: the folder of the person who runs this, or OCTAVO_CONFIG)");
        }
        Files.createDirectories(file.getParent());
        ObjectNode document = Json.object();
        if (current != null) {
            document.put("current", current);
        }
        ObjectNode contexts = document.putObject("contexts");
        sorted().forEach(context -> contexts.set(context.name(), context.document()));
        try (AtomicFile written = AtomicFile.openPrivate(file)) {
            written.stream().write(Json.writeForPeople(document));
            written.commit();
        }
    }

    private static @Nullable Path file(Map<String, String> environment) {
        Path folder = folder(environment, "OCTAVO_CONFIG", "");
        folder = folder == null ? folder(environment, "XDG_CONFIG_HOME", "octavo") : folder;
        folder = folder == null ? folder(environment, "HOME", ".config/octavo") : folder;
        return folder == null ? null : folder.resolve("contexts.json");
    }

    private static @Nullable Path folder(Map<String, String> environment, String variable, String below) {
        String value = environment.getOrDefault(variable, "");
        return value.isEmpty() ? null : Path.of(value).toAbsolutePath().resolve(below);
    }
}
