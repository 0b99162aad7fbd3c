/** What is deleted for ever, and what never: the rule, and what it is told. Deletes nothing itself. */
@NullMarked
package io.octavo.server.retention;

import org.jspecify.annotations.NullMarked;
