package io.octavo.server;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;
import java.util.Set;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Wires what it marks only on nodes that have one of the roles. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnRole.HasRole.class)
@interface OnRole {
    Role[] value();

    /** Looks at {@code octavo.roles}. */
    final class HasRole implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Map<String, Object> attributes = metadata.getAnnotationAttributes(OnRole.class.getName());
            String configured = context.getEnvironment().getProperty("octavo.roles", "all");
            Set<Role> roles = Role.parse(configured);
            if (attributes == null || !(attributes.get("value") instanceof Role[] wanted)) {
                return false;
            }
            return Set.of(wanted).stream().anyMatch(roles::contains);
        }
    }
}
