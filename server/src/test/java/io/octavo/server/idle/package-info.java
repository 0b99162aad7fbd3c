@NullMarked
package io.octavo.server.idle;

import org.jspecify.annotations.NullMarked;
