package io.octavo.server.web;

import io.octavo.server.security.Right;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The right that a call needs, checked before its method runs: on the {@code topic} of the path, and on each
 * {@code scope} parameter. Every method of a controller has one.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Needs {
    Right value();

    /** The parameter {@code app} says who the caller is, so that it must be one that it may be. */
    boolean asApp() default false;

    /** The scopes are not in the parameters: the method itself calls {@link Access#require}. */
    boolean scopesInBody() default false;
}
