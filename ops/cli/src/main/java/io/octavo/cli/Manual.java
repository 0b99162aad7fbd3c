package io.octavo.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the help of a command tells beside what picocli knows of it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Manual {
    /** What is different after it, as a sentence. */
    String changes() default "Nothing.";

    /** The commands to look at next, as they are typed. */
    String[] related();
}
