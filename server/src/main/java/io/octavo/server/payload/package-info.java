/** Payloads: taken in as streams, kept beside the metadata if small, in S3 if not, and read back. */
@NullMarked
package io.octavo.server.payload;

import org.jspecify.annotations.NullMarked;
