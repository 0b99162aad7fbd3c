package io.octavo.server.security;

import org.jspecify.annotations.Nullable;

/**
 * What was found out about a token.
 *
 * @param identity its bearer; null = it isn't good for anything
 */
record Verdict(@Nullable Identity identity) {
    static final Verdict NOBODY = new Verdict(null);
}
