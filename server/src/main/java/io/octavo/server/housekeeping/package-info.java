/** The housekeeping role: tasks that one node at a time does again and again, and for which nobody waits. */
@NullMarked
package io.octavo.server.housekeeping;

import org.jspecify.annotations.NullMarked;
