package io.octavo.server;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The key {@code octavo.security.plaintext}.
 *
 * @param plaintext addresses other than loopback may be listened on without TLS, because it ends at a proxy before this
 *     node
 */
@ConfigurationProperties("octavo.security")
record PlaintextConfig(@DefaultValue("false") boolean plaintext) {}
