package io.octavo.spring;

import io.octavo.client.OctavoClientBuilder;

/** A bean that says more of the client than {@code octavo.client.*} does, a token that changes for example. */
@FunctionalInterface
public interface ClientCustomizer {
    /** Called once, before the client is built. */
    void customize(OctavoClientBuilder builder);
}
