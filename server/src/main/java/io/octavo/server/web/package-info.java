/** The REST API and the web UI's files, over HTTP: requests read strictly, answers shaped, errors as problem documents. */
@NullMarked
package io.octavo.server.web;

import org.jspecify.annotations.NullMarked;
