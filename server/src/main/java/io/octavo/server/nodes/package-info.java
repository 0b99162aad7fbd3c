/** The nodes of an installation: who is up, in which roles, and whether the clocks agree. */
@NullMarked
package io.octavo.server.nodes;

import org.jspecify.annotations.NullMarked;
