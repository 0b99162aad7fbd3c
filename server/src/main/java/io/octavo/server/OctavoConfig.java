package io.octavo.server;

import io.octavo.rules.InvalidField;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys directly under {@code octavo}.
 *
 * @param roles       what this process does: {@code all}, or some of {@code publish,subscribe,housekeeping}
 * @param environment the installation's name, which the command line shows before it writes
 */
@ConfigurationProperties("octavo")
record OctavoConfig(
        @DefaultValue("all") String roles,
        @DefaultValue("unnamed") String environment) {
    OctavoConfig {
        if (environment.isBlank() || environment.length() > 64) {
            throw new InvalidField("octavo.environment", environment, "1 to 64 characters");
        }
        Role.parse(roles);
    }

    Set<Role> roleSet() {
        return Role.parse(roles);
    }
}
