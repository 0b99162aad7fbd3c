package io.octavo.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the client logs at a level or above, until this is closed. */
final class Logged extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("io.octavo.client");
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    Logged(Level level) {
        setLevel(level);
        logger.setLevel(level);
        logger.addHandler(this);
    }

    List<LogRecord> records() {
        return records;
    }

    /** Each line that names this, after its level. */
    List<String> lines(String name) {
        return records.stream()
                .map(event -> event.getLevel() + " " + event.getMessage())
                .filter(line -> line.contains(name))
                .toList();
    }

    @Override
    public void publish(LogRecord event) {
        if (isLoggable(event)) {
            records.add(event);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(null);
    }
}
