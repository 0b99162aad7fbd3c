package io.octavo.server.web.openapi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes a call of the REST API, on the method of a controller that answers it. What can be seen in the method
 * itself is not repeated: its address, its verb, and the record that it answers.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Call {
    /** What it does, in a sentence. */
    String value();

    /** The query parameters that it reads, each of them described in {@link Parameters}. */
    String[] query() default {};

    /** The headers of the request that it reads, each of them described in {@link Parameters}. */
    String[] headers() default {};

    /**
     * A record with the fields of the JSON object that it reads, under the media types that its mapping consumes.
     * {@link Void} = it reads none.
     */
    Class<?> body() default Void.class;

    /** Media types of bodies that are opaque bytes, or described elsewhere. */
    String[] opaqueBody() default {};

    /** With what it answers if all is well. */
    int[] status() default 200;

    /** The records of which it answers one, where the method's type does not tell. */
    Class<?>[] answers() default {};

    /** Whether it answers a payload's bytes. */
    boolean bytes() default false;
}
