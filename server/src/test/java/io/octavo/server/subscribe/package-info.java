/** Tests of the subscribe role. */
@NullMarked
package io.octavo.server.subscribe;

import org.jspecify.annotations.NullMarked;
