/** What consumers report of themselves: what one node knows of it, and what all subscribe nodes know together. */
@NullMarked
package io.octavo.server.consumers;

import org.jspecify.annotations.NullMarked;
