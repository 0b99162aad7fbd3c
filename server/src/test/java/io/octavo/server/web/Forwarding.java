package io.octavo.server.web;

import io.octavo.server.publish.PayloadIntake;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Takes payloads in by another, with a look at their bytes first. */
record Forwarding(PayloadIntake to, Look look) implements PayloadIntake {
    /** Reads some of the body, and answers all of it. */
    @FunctionalInterface
    interface Look {
        InputStream at(InputStream body) throws IOException;
    }

    @Override
    public Stored store(String topic, InputStream body, Announced announced) {
        try {
            return to.store(topic, look.at(body), announced);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void discard(Stored stored) {
        to.discard(stored);
    }
}
