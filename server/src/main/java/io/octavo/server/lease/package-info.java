/** Leases: which node does a piece of work now. They save work; safety comes from the log. Knows no store. */
@NullMarked
package io.octavo.server.lease;

import org.jspecify.annotations.NullMarked;
