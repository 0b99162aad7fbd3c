package io.octavo.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Loopback ports. Free is what it was a moment ago: whoever binds one must be ready to find it taken. */
public final class Ports {
    static final int MAX = 65535;

    /**
     * Below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere): one of those
     * is soon somebody's again.
     */
    private static final int LOWEST = 12_000;

    private static final int HIGHEST = 32_000;

    /** Whoever was given one may be yet to bind it. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port that nobody listens on, and that no outgoing connection is likely to get; another one at each call. */
    public static int free() {
        for (int tries = 0; tries < 1_000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new StartFailed("ports " + LOWEST + " to " + HIGHEST + ": all tried are taken (expected: a free one)");
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
