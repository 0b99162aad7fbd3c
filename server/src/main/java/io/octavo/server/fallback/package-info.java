/**
 * The fallback cache: in each region's bucket the newest head of every topic, and the bytes of direct payloads, for the
 * time when the metadata store is away. Objects are made once and never overwritten.
 */
@NullMarked
package io.octavo.server.fallback;

import org.jspecify.annotations.NullMarked;
