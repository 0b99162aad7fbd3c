/** Whom the two ends trust in TLS. Knows the JDK only. */
@NullMarked
package io.octavo.tls;

import org.jspecify.annotations.NullMarked;
