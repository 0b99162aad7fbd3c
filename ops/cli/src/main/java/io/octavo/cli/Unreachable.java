package io.octavo.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What a failed exchange means, in words: the HTTP client's exceptions often have none. */
final class Unreachable {
    private Unreachable() {}

    static String reason(IOException e) {
        if (has(e, UnresolvedAddressException.class) || has(e, UnknownHostException.class)) {
            return "the host is unknown";
        }
        if (e instanceof HttpConnectTimeoutException) {
            return "no connection in time";
        }
        if (e instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (has(e, ConnectException.class)) {
            return "connection refused";
        }
        if (has(e, SSLException.class)) {
            return "TLS failed: " + e.getMessage();
        }
        return "the connection broke" + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")");
    }

    /** Whether the server can't have seen anything of the request. */
    static boolean wasNeverSent(IOException e) {
        return has(e, ConnectException.class)
                || has(e, UnresolvedAddressException.class)
                || has(e, SSLHandshakeException.class)
                || e instanceof HttpConnectTimeoutException;
    }

    private static boolean has(Throwable thrown, Class<? extends Throwable> type) {
        @Nullable Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 10; depth++, cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
