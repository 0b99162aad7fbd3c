package io.octavo.server.publish;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shell commands that take a change back, as answers to writes name them. */
public final class UndoCommand {
    private UndoCommand() {}

    /** Pins a scope to what it had. */
    public static String pin(String topic, long version, Scope scope, String reason) {
        return "octavo pin " + topic + " " + version + " --scope " + quoted(Scopes.format(scope)) + " --reason "
                + quoted(reason);
    }

    /** Takes a pin away. */
    public static String unpin(String topic, Scope scope, String reason) {
        return "octavo unpin " + topic + " --scope " + quoted(Scopes.format(scope)) + " --reason " + quoted(reason);
    }

    /**
     * Pins each scope to what it ran before a version was published to it. Scopes that are pinned already, or ran
     * nothing, have nothing to go back to.
     *
     * @param before the head before the publish; null if the topic was not there
     */
    static @Nullable String publish(@Nullable TopicHead before, long version, List<Scope> scopes) {
        if (before == null) {
            return null;
        }
        List<String> commands = new ArrayList<>();
        for (Scope scope : scopes) {
            Resolution ran = Resolution.of(before, member(scope));
            if (ran.version() != 0 && !ran.pinned()) {
                commands.add(pin(before.getTopic(), ran.version(), scope, "undo of version " + version));
            }
        }
        return commands.isEmpty() ? null : String.join(" && ", commands);
    }

    private static Consumer member(Scope scope) {
        return Consumer.newBuilder()
                .setRegion(scope.getRegion())
                .setApp(scope.getApp())
                .setCluster(scope.getCluster())
                .build();
    }

    /** In single quotes: nothing in a text that somebody else wrote can be run. */
    private static String quoted(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(printable::appendCodePoint);
        return "'" + printable.toString().replace("'", "'\\''") + "'";
    }
}
