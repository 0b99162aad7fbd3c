package io.octavo.server.validation;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.Validation;
import io.octavo.protocol.Validation.Format;
import java.io.InputStream;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Holds payloads against the checks that the owners of their topics set, with bounded means. Thread-safe. */
public final class PayloadChecks {
    private final ValidationConfig config;
    private final Memory memory;
    private final SchemaRuns runs;

    /** @param nanoTime as {@link System#nanoTime} */
    public PayloadChecks(ValidationConfig config, LongSupplier nanoTime) {
        this.config = config;
        this.memory = new Memory(config.memory());
        this.runs = new SchemaRuns(config, nanoTime);
    }

    /** Of a topic's checks those that need the bytes; the default instance if there are none. */
    public static Validation content(Validation checks) {
        return checks.toBuilder()
                .clearMinSize()
                .clearMaxSize()
                .clearMaxSizeChange()
                .build();
    }

    /**
     * The checks of a topic. What they are held against can only be read to its end if it passes; else reading throws a
     * {@link io.octavo.server.errors.ServiceException}: VALIDATION_FAILED, or RATE_LIMITED if this node looks at as much
     * as it can already.
     */
    public TopicChecks of(TopicHead head) {
        return new TopicChecks(this, head);
    }

    CheckedBody on(InputStream body, SizeRules sizes, Validation content) {
        return new CheckedBody(body, sizes, check(content));
    }

    private @Nullable Check check(Validation checks) {
        SchemaCheck schema = checks.getSchema().isEmpty() ? null : new SchemaCheck(checks.getSchema(), runs);
        if (checks.getFormat() == Format.JSON_LINES) {
            return new JsonLines(memory, schema);
        }
        if (schema != null) {
            return new JsonDocument(memory, Math.toIntExact(config.maxDocument().toBytes()), schema);
        }
        return checks.getFormat() == Format.JSON ? new JsonStream() : null;
    }
}
