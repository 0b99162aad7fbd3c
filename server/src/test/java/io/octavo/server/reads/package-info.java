/** Tests of shared and fresh reads. */
@NullMarked
package io.octavo.server.reads;

import org.jspecify.annotations.NullMarked;
