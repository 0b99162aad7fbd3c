/** Tests. */
@NullMarked
package io.octavo.server.consumers;

import org.jspecify.annotations.NullMarked;
