package io.octavo.acceptance.footprint;

import io.octavo.test.OctavoTestServer;

/** The service on a log in memory, which takes versions as fast as they come: says its address, and ends when its input does. */
final class MemoryService {
    private MemoryService() {}

    public static void main(String[] none) throws Exception {
        try (OctavoTestServer server = OctavoTestServer.start()) {
            System.out.println(server.address());
            while (System.in.read() >= 0) {
                // Nothing is said to it.
            }
        }
    }
}
