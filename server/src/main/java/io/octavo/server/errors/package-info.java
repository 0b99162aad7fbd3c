/** How a role says no: one exception, mapped to HTTP and gRPC in one place each. */
@NullMarked
package io.octavo.server.errors;

import org.jspecify.annotations.NullMarked;
