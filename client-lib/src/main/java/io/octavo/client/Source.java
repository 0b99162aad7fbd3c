package io.octavo.client;

/** From whom a process knows that a subscription's value is for it. More may be added. */
public enum Source {
    /** The service: it offered the version, or has confirmed it since. */
    SERVICE,
    /** The fallback cache in S3, while the service couldn't be asked. */
    FALLBACK,
    /** What this machine kept of an earlier run, while neither could be asked. */
    DISK,
    /** The client's configuration, whatever the service says; see {@link OctavoClientBuilder#override}. */
    OVERRIDE,
    /** The default given with the subscription: there is no version here. */
    DEFAULT
}
