/** Programs that use the Java client and say what it takes of their process: each is started as a process of its own. */
@NullMarked
package io.octavo.acceptance.footprint;

import org.jspecify.annotations.NullMarked;
