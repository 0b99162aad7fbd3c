package io.octavo.client;

import io.grpc.ManagedChannel;

/**
 * A node of the service that calls go to.
 *
 * @param address host:port
 */
record Node(String address, ManagedChannel channel) {}
