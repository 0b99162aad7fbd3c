@NullMarked
package io.octavo.server.tls;

import org.jspecify.annotations.NullMarked;
