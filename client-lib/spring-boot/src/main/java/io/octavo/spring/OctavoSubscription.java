package io.octavo.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Injects a {@link io.octavo.client.Subscription} of a topic, which begins when it is injected and doesn't wait for a
 * value. All who name the same topic and type share one.
 *
 * <p>Values are made by the bean of type {@code Deserializer<T>}; if there is none, {@code String}, {@code byte[]} and
 * {@code Path} are known, and all else is read as JSON if Jackson is there. A bean of type {@code Subscription<T>}, such as
 * a settable one of a test, or one that the {@link io.octavo.client.OctavoClient} bean has made with a default, is injected
 * instead.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.FIELD})
public @interface OctavoSubscription {
    /** The topic's name. */
    String value();

    /** Whether the application isn't ready as long as there is no value at all. */
    boolean required() default true;
}
