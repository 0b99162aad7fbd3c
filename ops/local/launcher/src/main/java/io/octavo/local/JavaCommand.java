package io.octavo.local;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The command of a JVM on a {@link Leash}. */
final class JavaCommand {
    private final Path java;
    private final List<String> options = new ArrayList<>();

    JavaCommand(Path java) {
        this.java = java;
    }

    /** A command with the Java that runs now. */
    static JavaCommand running() {
        return new JavaCommand(runningJava());
    }

    static Path runningJava() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    JavaCommand options(List<String> more) {
        options.addAll(more);
        return this;
    }

    JavaCommand options(String... more) {
        return options(List.of(more));
    }

    JavaCommand property(String name, Object value) {
        return options("-D" + name + "=" + value);
    }

    /** Makes the child hold this file's lock while it lives. */
    JavaCommand lock(Path file) {
        return property(Leash.LOCK, file);
    }

    List<String> main(List<Path> classPath, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        command.add(Leash.class.getName());
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }
}
