@NullMarked
package io.octavo.server.validation;

import org.jspecify.annotations.NullMarked;
