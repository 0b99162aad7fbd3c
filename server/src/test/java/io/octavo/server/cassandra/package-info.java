@NullMarked
package io.octavo.server.cassandra;

import org.jspecify.annotations.NullMarked;
