/**
 * The rules that server and client share, as pure functions over the protocol's messages: which consumers a scope
 * means, which version a head resolves to, which offers a process accepts. Knows the JDK and the messages only; no
 * clock, no I/O, no threads. Every class is stateless or immutable and safe for use by several threads.
 */
@NullMarked
package io.octavo.rules;

import org.jspecify.annotations.NullMarked;
