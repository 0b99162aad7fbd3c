package io.octavo.client;

/** Where a subscription's value came from. More may be added. */
public enum Source {
    /** A version that the service offered. */
    SERVICE,
    /** The default given with the subscription: there is no version here. */
    DEFAULT
}
