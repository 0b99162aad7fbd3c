package io.octavo.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A command of this program, to be shown to a person who may want to run it. Not safe for use by several threads. */
final class CommandWords {
    private final List<String> words = new ArrayList<>();

    private CommandWords() {}

    static CommandWords of(Object... words) {
        CommandWords command = new CommandWords();
        for (Object word : words) {
            command.words.add(word.toString());
        }
        return command;
    }

    /** With an option and its value; as it was if that is null. */
    CommandWords option(String name, @Nullable Object value) {
        if (value != null) {
            words.add(name);
            words.add(value.toString());
        }
        return this;
    }

    /** With an option that has no value; as it was if it isn't given. */
    CommandWords flag(String name, boolean given) {
        if (given) {
            words.add(name);
        }
        return this;
    }

    /** As one line for a shell. */
    @Override
    public String toString() {
        return words.stream().map(Text::quoted).collect(Collectors.joining(" ", "octavo ", ""));
    }
}
