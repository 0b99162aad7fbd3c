@NullMarked
package io.octavo.server.fallback;

import org.jspecify.annotations.NullMarked;
