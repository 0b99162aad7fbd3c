/** The stores of the topic and payload packages on Cassandra. The only package that knows its driver. */
@NullMarked
package io.octavo.server.cassandra;

import org.jspecify.annotations.NullMarked;
