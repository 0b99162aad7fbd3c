/** Calls between the nodes of an installation: connections to the others, what is told them, and what they ask. */
@NullMarked
package io.octavo.server.peers;

import org.jspecify.annotations.NullMarked;
