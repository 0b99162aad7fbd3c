/** Subscribing: all heads in memory, kept fresh, and the answers made from them. */
@NullMarked
package io.octavo.server.subscribe;

import org.jspecify.annotations.NullMarked;
