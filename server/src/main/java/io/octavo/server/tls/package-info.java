/** What this node shows in TLS and whom it trusts: read from files, and again when they change. Knows no transport. */
@NullMarked
package io.octavo.server.tls;

import org.jspecify.annotations.NullMarked;
