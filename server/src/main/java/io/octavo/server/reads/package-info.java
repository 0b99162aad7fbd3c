/** Reads of the log that many may ask for at once, or that must not be old. */
@NullMarked
package io.octavo.server.reads;

import org.jspecify.annotations.NullMarked;
