package io.octavo.local;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** Why something of the local stack did not start or go on: a message for people, in the form {@code name: why}. */
public final class StartFailed extends RuntimeException {
    StartFailed(String message) {
        super(message);
    }

    StartFailed(String message, Throwable cause) {
        super(message, cause);
    }

    /** What {@code what} could not do, with the two usual reasons, a full and an unwritable disk, in plain words. */
    static StartFailed of(String what, IOException cause) {
        return new StartFailed(what + ": " + why(cause), cause);
    }

    private static String why(IOException cause) {
        String message = String.valueOf(cause.getMessage());
        String file = cause instanceof FileSystemException failed ? " (" + failed.getFile() + ")" : "";
        if (message.toLowerCase(Locale.ROOT).contains("no space left")) {
            return "the disk is full" + file;
        }
        if (cause instanceof AccessDeniedException) {
            return "not writable" + file;
        }
        return cause instanceof FileAlreadyExistsException ? "a file where a folder belongs" + file : message;
    }
}
