/**
 * The Java client of Octavo: subscribe to topics, publish versions.
 *
 * <pre>{@code
 * try (OctavoClient octavo = OctavoClient.builder()
 *         .server(URI.create("http://octavo.example:8080"))
 *         .region("eu")
 *         .app("recs")
 *         .build()) {
 *     Subscription<String> greeting = octavo.subscription("greeting", Deserializers.utf8())
 *             .listener(snapshot -> System.out.println(snapshot.version() + ": " + snapshot.value()))
 *             .start();
 *     greeting.awaitValue(Duration.ofSeconds(30));
 *     octavo.publish("greeting").scope("region=eu").string("hello");
 * }
 * }</pre>
 *
 * <p>One {@link io.octavo.client.OctavoClient} a process is enough: all its subscriptions share one poll loop and one
 * connection.
 */
@NullMarked
package io.octavo.client;

import org.jspecify.annotations.NullMarked;
