package io.octavo.server.payload;

import io.octavo.rules.InvalidField;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code octavo.regions[n]}.
 *
 * @param name as in scopes and pointers: {@code [A-Za-z0-9._-]{1,128}}
 * @param s3   the region's store
 */
public record RegionConfig(String name, S3Config s3) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    /** Takes null for what was not configured, and refuses it by its name. */
    public RegionConfig(@Nullable String name, @Nullable S3Config s3) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new InvalidField("octavo.regions[].name", name == null ? "(absent)" : name, NAME.pattern());
        }
        if (s3 == null) {
            throw new InvalidField("octavo.regions[].s3", "(absent)", "the store of region " + name);
        }
        this.name = name;
        this.s3 = s3;
    }
}
