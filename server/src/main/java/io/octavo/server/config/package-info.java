/** What configured values may be. */
@NullMarked
package io.octavo.server.config;

import org.jspecify.annotations.NullMarked;
