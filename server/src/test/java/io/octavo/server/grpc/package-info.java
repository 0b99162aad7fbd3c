/** Tests of the gRPC transport. */
@NullMarked
package io.octavo.server.grpc;

import org.jspecify.annotations.NullMarked;
