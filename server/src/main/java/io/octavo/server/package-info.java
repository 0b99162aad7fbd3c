/** The node: reads its configuration and wires the roles together. Nothing else knows of more than one role. */
@NullMarked
package io.octavo.server;

import org.jspecify.annotations.NullMarked;
