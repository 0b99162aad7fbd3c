/** The whole product as its users see it: by its script, its command line, its REST API and its Java client. */
@NullMarked
package io.octavo.acceptance;

import org.jspecify.annotations.NullMarked;
