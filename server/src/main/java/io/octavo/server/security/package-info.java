/** Who calls and what they may do: tokens, identities, rights. Knows no transport but gRPC's metadata. */
@NullMarked
package io.octavo.server.security;

import org.jspecify.annotations.NullMarked;
