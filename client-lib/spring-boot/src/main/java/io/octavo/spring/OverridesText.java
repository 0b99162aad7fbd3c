package io.octavo.spring;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.core.convert.converter.ConditionalGenericConverter;
import org.springframework.util.StringUtils;

/**
 * Reads {@code topic=version,…} as a map: the client's own variable {@code OCTAVO_CLIENT_OVERRIDES} is for Spring the key
 * {@code octavo.client.overrides}. Whether topics and versions can be that, the client says.
 */
final class OverridesText implements ConditionalGenericConverter {
    private static final Pattern PAIR = Pattern.compile("(.*?)\\s*=\\s*(\\d{1,18})");

    /** Marks the map, so that no other one of the application is meant. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.PARAMETER)
    @interface Overridden {}

    @Override
    public Set<ConvertiblePair> getConvertibleTypes() {
        return Set.of(new ConvertiblePair(String.class, Map.class));
    }

    @Override
    public boolean matches(TypeDescriptor source, TypeDescriptor target) {
        return target.hasAnnotation(Overridden.class);
    }

    @Override
    public Map<String, Long> convert(@Nullable Object source, TypeDescriptor sourceType, TypeDescriptor targetType) {
        Map<String, Long> overrides = new LinkedHashMap<>();
        for (String text : StringUtils.tokenizeToStringArray(String.valueOf(source), ",")) {
            Matcher pair = PAIR.matcher(text);
            if (!pair.matches()) {
                throw new IllegalArgumentException(
                        "octavo.client.overrides: " + source + " (expected: topic=version, separated by commas)");
            }
            overrides.put(pair.group(1), Long.valueOf(pair.group(2)));
        }
        return overrides;
    }
}
