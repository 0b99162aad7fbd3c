/** Topics that nobody uses any more: who used what last, and what that says. Knows no store and no role. */
@NullMarked
package io.octavo.server.idle;

import org.jspecify.annotations.NullMarked;
