@NullMarked
package io.octavo.server.retention;

import org.jspecify.annotations.NullMarked;
