@NullMarked
package io.octavo.server.lease;

import org.jspecify.annotations.NullMarked;
