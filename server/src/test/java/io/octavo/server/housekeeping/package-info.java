@NullMarked
package io.octavo.server.housekeeping;

import org.jspecify.annotations.NullMarked;
