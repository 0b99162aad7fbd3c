/** Publishing: one path for REST and gRPC, from the payload's first byte to the durable version. */
@NullMarked
package io.octavo.server.publish;

import org.jspecify.annotations.NullMarked;
