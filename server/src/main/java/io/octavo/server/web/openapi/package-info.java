/** The description of the REST API in OpenAPI 3.1, made from the controllers. */
@NullMarked
package io.octavo.server.web.openapi;

import org.jspecify.annotations.NullMarked;
