/**
 * The local stack: a Cassandra, an S3 store and a server as child processes of one launcher, on loopback only, that
 * never outlive it by more than ten seconds. {@link io.octavo.local.LocalCassandra} and {@link io.octavo.local.LocalS3}
 * serve integration tests too. JDK only.
 */
@NullMarked
package io.octavo.local;

import org.jspecify.annotations.NullMarked;
