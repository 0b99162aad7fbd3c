package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class ExternalConfigTest {
    @Test
    void byDefaultNoBucketIsAllowed() {
        ExternalConfig config = bind(Map.of());
        assertThat(config).isEqualTo(new ExternalConfig(List.of(), DataSize.ofMegabytes(64)));
        assertThat(config.allows("data")).isFalse();
    }

    @Test
    void everyKey() {
        assertThat(bind(Map.of(
                        "octavo.payload.external-buckets", "a,b-*",
                        "octavo.payload.external-verify-limit", "1GB")))
                .isEqualTo(new ExternalConfig(List.of("a", "b-*"), DataSize.ofGigabytes(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "data, data, true",
        "data, data1, false",
        "data-*, data-1, true",
        "data-*, data, false",
        "*-eu-*, a-eu-b, true",
        "*, anything, true",
        "a.c, abc, false",
    })
    void aStarStandsForAnything(String pattern, String bucket, boolean allowed) {
        assertThat(new ExternalConfig(List.of(pattern), DataSize.ofBytes(0)).allows(bucket))
                .isEqualTo(allowed);
    }

    @Test
    void invalidValuesAreRefusedByTheirKey() {
        assertThatThrownBy(() -> new ExternalConfig(List.of("a/b"), DataSize.ofBytes(0)))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("octavo.payload.external-buckets: a/b");
        assertThatThrownBy(() -> new ExternalConfig(Collections.nCopies(101, "a"), DataSize.ofBytes(0)))
                .hasMessageContaining("octavo.payload.external-buckets: 101 entries");
        assertThatThrownBy(() -> new ExternalConfig(List.of(), DataSize.ofBytes(-1)))
                .hasMessageContaining("octavo.payload.external-verify-limit");
        assertThatThrownBy(() -> new ExternalConfig(List.of(), DataSize.ofGigabytes(51)))
                .hasMessageContaining("octavo.payload.external-verify-limit");
    }

    private static ExternalConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys))
                .bindOrCreate("octavo.payload", ExternalConfig.class);
    }
}
