@NullMarked
package io.octavo.server.web;

import org.jspecify.annotations.NullMarked;
