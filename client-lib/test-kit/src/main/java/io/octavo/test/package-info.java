/**
 * For tests of what uses the Java client: {@link io.octavo.test.SettableSubscription} where a subscription is injected,
 * and {@link io.octavo.test.OctavoExtension}, the real server in memory or one that runs already, where a client is.
 */
@NullMarked
package io.octavo.test;

import org.jspecify.annotations.NullMarked;
