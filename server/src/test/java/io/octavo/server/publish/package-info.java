@NullMarked
package io.octavo.server.publish;

import org.jspecify.annotations.NullMarked;
