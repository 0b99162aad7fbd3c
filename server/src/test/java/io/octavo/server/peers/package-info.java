/** Tests of calls between nodes. */
@NullMarked
package io.octavo.server.peers;

import org.jspecify.annotations.NullMarked;
