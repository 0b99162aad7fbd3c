@NullMarked
package io.octavo.server.topic;

import org.jspecify.annotations.NullMarked;
