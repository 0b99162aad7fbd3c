package io.octavo.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/** What this machine calls itself. */
final class HostName {
    private HostName() {}

    /** Asks the environment first, then the system, which may take a moment. */
    static String find(Map<String, String> environment) {
        String named = environment.get("HOSTNAME");
        if (named != null && !named.isBlank()) {
            return named;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
