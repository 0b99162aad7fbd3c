/** The gRPC transport: the server, on which threads calls run, and how errors look to callers. */
@NullMarked
package io.octavo.server.grpc;

import org.jspecify.annotations.NullMarked;
