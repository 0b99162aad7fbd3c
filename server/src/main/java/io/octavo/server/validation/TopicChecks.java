package io.octavo.server.validation;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.Validation;
import java.io.InputStream;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The checks of one topic, as its head stood when they were asked for; the commit looks at the sizes once more. */
public final class TopicChecks {
    private final PayloadChecks checks;
    private final SizeRules sizes;
    private final Validation content;

    TopicChecks(PayloadChecks checks, TopicHead head) {
        this.checks = checks;
        this.sizes = SizeRules.of(head);
        this.content = PayloadChecks.content(head.getSettings().getValidation());
    }

    /** Those that need the bytes, for the commit of a payload that has passed them. */
    public Validation content() {
        return content;
    }

    /** A payload that can only be read to its end if it passes, see {@link PayloadChecks}; not closed with the answer. */
    public CheckedBody on(InputStream body) {
        return checks.on(body, sizes, content);
    }

    /** What to read bytes through that lie elsewhere; null if only their size matters. */
    public @Nullable UnaryOperator<InputStream> ofBytes() {
        return content.equals(Validation.getDefaultInstance()) ? null : this::on;
    }
}
