package io.octavo.server.publish;

import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.AddScope;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.LiftQuarantine;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.ReleaseHold;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.UnpinScope;
import io.octavo.server.topic.WithdrawVersion;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The shell commands that take a change back, as answers to writes name them. */
public final class UndoCommand {
    private UndoCommand() {}

    /** What takes back what a command did, or would do; null if nothing does, or it did nothing. */
    public static @Nullable String of(Command command, Committed done) {
        TopicHead before = done.before();
        if (before == null || done.effect() == Effect.UNCHANGED) {
            return null;
        }
        List<Command> undo = command.undo(before, done);
        String topic = done.head().getTopic();
        boolean noLine = undo.stream().anyMatch(each -> each instanceof AddScope add && add.share() != null);
        return undo.isEmpty() || noLine
                ? null
                : undo.stream().map(each -> line(topic, each)).collect(Collectors.joining(" && "));
    }

    /** Gives a topic the settings that it had. */
    public static String settings(String topic, String json) {
        return "octavo settings " + topic + " --replace " + quoted(json);
    }

    private static String line(String topic, Command command) {
        if (command instanceof PinScope pin) {
            return "octavo pin " + topic + " " + pin.version() + scope(pin.scope()) + reason(pin.reason())
                    + expires(pin.expiresAtMillis());
        }
        if (command instanceof UnpinScope unpin) {
            return "octavo unpin " + topic + scope(unpin.scope()) + reason(unpin.reason());
        }
        if (command instanceof AddScope add) {
            return "octavo scopes add " + topic + " " + add.version() + scope(add.scope());
        }
        if (command instanceof WithdrawVersion withdraw) {
            return "octavo scopes withdraw " + topic + " " + withdraw.version() + scope(withdraw.scope())
                    + reason(withdraw.reason());
        }
        if (command instanceof QuarantineVersion quarantine) {
            return "octavo quarantine " + topic + " " + quarantine.version() + reason(quarantine.reason());
        }
        if (command instanceof LiftQuarantine lift) {
            return "octavo quarantine " + topic + " " + lift.version() + " --lift" + reason(lift.reason());
        }
        return ofHoldsAndTopics(topic, command);
    }

    private static String ofHoldsAndTopics(String topic, Command command) {
        if (command instanceof HoldVersion hold) {
            return "octavo hold " + topic + " " + hold.version()
                    + (hold.holder() == null ? "" : " --holder " + quoted(hold.holder())) + reason(hold.reason())
                    + expires(hold.expiresAtMillis());
        }
        if (command instanceof ReleaseHold release) {
            return "octavo hold " + topic + " " + release.version() + " --release --holder " + quoted(release.holder())
                    + reason(release.reason());
        }
        if (command instanceof DeleteTopic delete) {
            return "octavo delete " + topic + reason(delete.reason());
        }
        if (command instanceof RestoreTopic restore) {
            return "octavo delete " + topic + " --undo" + reason(restore.reason());
        }
        throw new IllegalArgumentException("no shell command for " + command);
    }

    private static String scope(Scope scope) {
        return " --scope " + quoted(Scopes.format(scope));
    }

    private static String reason(String reason) {
        return " --reason " + quoted(reason);
    }

    private static String expires(long atMillis) {
        return atMillis == 0 ? "" : " --expires " + Instant.ofEpochMilli(atMillis);
    }

    /** In single quotes: nothing in a text that somebody else wrote can be run. */
    private static String quoted(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(printable::appendCodePoint);
        return "'" + printable.toString().replace("'", "'\\''") + "'";
    }
}
