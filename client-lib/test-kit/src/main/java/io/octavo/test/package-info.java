/**
 * For tests of what uses the Java client: {@link io.octavo.test.SettableSubscription} where a subscription is injected,
 * {@link io.octavo.test.FakeOctavo} where a client is, without any server, and {@link io.octavo.test.OctavoExtension}, with the
 * real server in memory or one that runs already.
 */
@NullMarked
package io.octavo.test;

import org.jspecify.annotations.NullMarked;
