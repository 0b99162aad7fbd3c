@NullMarked
package io.octavo.server;

import org.jspecify.annotations.NullMarked;
