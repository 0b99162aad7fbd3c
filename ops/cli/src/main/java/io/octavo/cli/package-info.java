/**
 * The {@code octavo} command: publish, get, watch, pin and look, over the REST interface. One small class per command;
 * {@link io.octavo.cli.Octavo} lists them, reads the arguments and is the only place that turns failures into messages
 * and exit statuses. Nothing in here but {@link io.octavo.cli.Shell} touches the process it runs in.
 */
@NullMarked
package io.octavo.cli;

import org.jspecify.annotations.NullMarked;
