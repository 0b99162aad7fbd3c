/** Topics and their log: the model, the changes that can be made to it, and the commits that make them durable. */
@NullMarked
package io.octavo.server.topic;

import org.jspecify.annotations.NullMarked;
