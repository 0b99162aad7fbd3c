/** An application that uses the starter. */
@NullMarked
package io.octavo.spring.sample;

import org.jspecify.annotations.NullMarked;
