package io.octavo.spring;

import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;

/** Puts the subscriptions' health into the group readiness, and nowhere else: nobody is to restart for want of data. */
final class ReadinessOnly implements HealthEndpointGroupsPostProcessor {
    private static final String NAME = "octavo";
    private static final String READINESS = "readiness";

    @Override
    public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
        return HealthEndpointGroups.of(
                new Group(groups.getPrimary(), false),
                groups.getNames().stream()
                        .collect(Collectors.toMap(
                                name -> name,
                                name -> new Group(
                                        Objects.requireNonNull(groups.get(name), name), name.equals(READINESS)))));
    }

    /** As another one, but for us. */
    private record Group(HealthEndpointGroup group, boolean has) implements HealthEndpointGroup {
        @Override
        public boolean isMember(String name) {
            return name.equals(NAME) ? has : group.isMember(name);
        }

        @Override
        public boolean showComponents(SecurityContext context) {
            return group.showComponents(context);
        }

        @Override
        public boolean showDetails(SecurityContext context) {
            return group.showDetails(context);
        }

        @Override
        public StatusAggregator getStatusAggregator() {
            return group.getStatusAggregator();
        }

        @Override
        public HttpCodeStatusMapper getHttpCodeStatusMapper() {
            return group.getHttpCodeStatusMapper();
        }

        @Override
        public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
            return group.getAdditionalPath();
        }
    }
}
