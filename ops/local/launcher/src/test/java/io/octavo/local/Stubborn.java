package io.octavo.local;

import java.util.concurrent.locks.LockSupport;

/** A child that says it is up and does not end when asked to, given any argument: its shutdown hook waits for ever. */
public final class Stubborn {
    private Stubborn() {}

    public static void main(String[] args) {
        if (args.length > 0) {
            Runtime.getRuntime().addShutdownHook(new Thread(Stubborn::waitForEver));
        }
        System.out.println("up");
        waitForEver();
    }

    private static void waitForEver() {
        while (true) {
            LockSupport.park();
        }
    }
}
