/** Tests of who may do what. */
@NullMarked
package io.octavo.server.security;

import org.jspecify.annotations.NullMarked;
