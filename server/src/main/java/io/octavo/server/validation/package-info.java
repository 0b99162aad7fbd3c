/** What a topic's owner demands of payloads, and whether one meets it. Knows no transport and no store. */
@NullMarked
package io.octavo.server.validation;

import org.jspecify.annotations.NullMarked;
