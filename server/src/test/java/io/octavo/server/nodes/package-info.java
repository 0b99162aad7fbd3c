@NullMarked
package io.octavo.server.nodes;

import org.jspecify.annotations.NullMarked;
