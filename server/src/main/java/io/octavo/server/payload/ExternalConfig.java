package io.octavo.server.payload;

import io.octavo.rules.InvalidField;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys {@code octavo.payload.external-*}: objects that were in S3 already and are made versions of.
 *
 * @param externalBuckets     the buckets they may be in, {@code *} in a name stands for any characters; none = such
 *     versions are refused
 * @param externalVerifyLimit up to this size their bytes are read and verified when the version is made; above it the
 *     publisher's word on the digest is taken, and clients find out
 */
@ConfigurationProperties("octavo.payload")
public record ExternalConfig(
        @DefaultValue List<String> externalBuckets,
        @DefaultValue("64MB") DataSize externalVerifyLimit) {
    private static final int MOST = 100;
    private static final Pattern BUCKETS = Pattern.compile("[A-Za-z0-9._*-]{1,63}");
    private static final DataSize LARGEST = DataSize.ofGigabytes(50);

    public ExternalConfig {
        externalBuckets = List.copyOf(externalBuckets);
        if (externalBuckets.size() > MOST) {
            throw invalid("external-buckets", externalBuckets.size() + " entries", "at most " + MOST);
        }
        for (String pattern : externalBuckets) {
            if (!BUCKETS.matcher(pattern).matches()) {
                throw invalid("external-buckets", pattern, "a bucket's name, * in it for any characters");
            }
        }
        if (externalVerifyLimit.isNegative() || externalVerifyLimit.compareTo(LARGEST) > 0) {
            throw invalid("external-verify-limit", externalVerifyLimit, "0B…50GB");
        }
    }

    boolean allows(String bucket) {
        return externalBuckets.stream()
                .anyMatch(pattern -> regex(pattern).matcher(bucket).matches());
    }

    private static Pattern regex(String pattern) {
        return Pattern.compile(
                Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    private static InvalidField invalid(String key, Object value, String expected) {
        return new InvalidField("octavo.payload." + key, value, expected);
    }
}
