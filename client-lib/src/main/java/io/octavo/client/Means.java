package io.octavo.client;

import io.grpc.ManagedChannel;
import java.util.concurrent.ExecutorService;

/** By what a client does its work and reaches nodes. The test kit brings one that needs neither threads nor network. */
interface Means {
    Means USUAL = new Means() {
        @Override
        public ExecutorService threads(ExecutorService usual) {
            return usual;
        }

        @Override
        public ManagedChannel open(String address, Channels usual) {
            return usual.open(address);
        }
    };

    /** What does the work of these threads, none of which was started yet. */
    ExecutorService threads(ExecutorService usual);

    /** A connection to a node, to be opened at its first call. */
    ManagedChannel open(String address, Channels usual);
}
