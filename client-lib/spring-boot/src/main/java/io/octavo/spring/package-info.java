/**
 * The Java client in Spring Boot applications: configured by {@code octavo.client.*}, with its subscriptions injected by
 * {@link io.octavo.spring.OctavoSubscription}.
 */
@NullMarked
package io.octavo.spring;

import org.jspecify.annotations.NullMarked;
