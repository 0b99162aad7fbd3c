package io.octavo.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/** Ports by name, remembered in a file: chosen once, and again only when somebody else has taken one. */
record StablePorts(Path file) {
    private static final int NONE = 0;

    /** The port of that name; free a moment ago. To be called before the child is started. */
    int port(String name) {
        Properties known = new Properties();
        try {
            if (Files.exists(file)) {
                try (InputStream in = Files.newInputStream(file)) {
                    known.load(in);
                }
            }
            int port = number(known.getProperty(name, ""));
            return port != NONE && Ports.isFree(port) ? port : choose(name, known);
        } catch (IOException e) {
            throw StartFailed.of(file.toString(), e);
        }
    }

    private int choose(String name, Properties known) throws IOException {
        int port = Ports.free();
        while (known.containsValue(Integer.toString(port))) {
            port = Ports.free();
        }
        known.setProperty(name, Integer.toString(port));
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        try (OutputStream out = Files.newOutputStream(fresh)) {
            known.store(out, null);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return port;
    }

    private static int number(String text) {
        int number = text.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(text) : NONE;
        return number <= Ports.MAX ? number : NONE;
    }
}
