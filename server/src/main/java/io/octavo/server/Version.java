package io.octavo.server;

import org.jspecify.annotations.Nullable;

/** Which release this is. */
final class Version {
    /** As the build wrote it into the jar. */
    static final String OF_THIS_SOFTWARE =
            orDevelopment(Version.class.getPackage().getImplementationVersion());

    private Version() {}

    private static String orDevelopment(@Nullable String version) {
        return version == null ? "development" : version;
    }
}
