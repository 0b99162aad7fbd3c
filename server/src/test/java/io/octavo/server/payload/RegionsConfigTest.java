package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RegionsConfigTest {
    private static final String EU = "octavo.regions[0].";
    private static final Map<String, String> LEAST = Map.of(EU + "name", "eu", EU + "s3.bucket", "octavo");

    @Test
    void defaults() {
        assertThat(bind(LEAST).regions())
                .containsExactly(new RegionConfig("eu", new S3Config(null, "octavo", null, null, true, "us-east-1")));
    }

    @Test
    void everyKey() {
        Map<String, String> keys = new HashMap<>(LEAST);
        keys.put("octavo.regions[1].name", "us");
        keys.put("octavo.regions[1].s3.endpoint", "https://s3.example.org:9000");
        keys.put("octavo.regions[1].s3.bucket", "datasets");
        keys.put("octavo.regions[1].s3.access-key", "key");
        keys.put("octavo.regions[1].s3.secret-key", "top secret");
        keys.put("octavo.regions[1].s3.path-style", "false");
        keys.put("octavo.regions[1].s3.signing-region", "us-west-2");
        keys.put("octavo.regions[1].s3.ca", "/etc/octavo/ca.pem");
        keys.put("octavo.regions[1].s3.public-endpoint", "https://data.example.org");
        assertThat(bind(keys).regions())
                .hasSize(2)
                .element(1)
                .isEqualTo(new RegionConfig(
                        "us",
                        new S3Config(
                                URI.create("https://s3.example.org:9000"),
                                "datasets",
                                "key",
                                "top secret",
                                false,
                                "us-west-2",
                                "/etc/octavo/ca.pem",
                                URI.create("https://data.example.org"))));
    }

    @ParameterizedTest
    @CsvSource({
        "name, e u",
        "name, ''",
        "s3.endpoint, ftp://store",
        "s3.endpoint, http://user:password@store",
        "s3.endpoint, localhost:9000",
        "s3.public-endpoint, ftp://store",
        "s3.public-endpoint, https://user:password@store",
        "s3.bucket, Octavo",
        "s3.bucket, ''",
        "s3.secret-key, only-this",
        "s3.signing-region, EU"
    })
    void invalidValuesAreNamed(String key, String value) {
        Map<String, String> keys = new HashMap<>(LEAST);
        keys.put(EU + key, value);
        assertThatThrownBy(() -> bind(keys))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.regions[].")
                .hasMessageContaining("(expected: ")
                .hasMessageNotContaining("password@")
                .hasMessageNotContaining("only-this");
    }

    @Test
    void whatIsAbsentIsNamed() {
        assertThatThrownBy(() -> bind(Map.of(EU + "name", "eu")))
                .rootCause()
                .hasMessageStartingWith("octavo.regions[].s3: (absent)");
        assertThatThrownBy(() -> bind(Map.of(EU + "s3.bucket", "octavo")))
                .rootCause()
                .hasMessageStartingWith("octavo.regions[].name: (absent)");
    }

    @Test
    void regionsNeedNamesOfTheirOwn() {
        RegionConfig eu = bind(LEAST).regions().get(0);
        assertThatThrownBy(() -> new RegionsConfig(List.of(eu, eu)))
                .hasMessage("octavo.regions[].name: eu (expected: each name once)");
        assertThatThrownBy(() -> new RegionsConfig(List.of())).hasMessageStartingWith("octavo.regions: 0 entries");
    }

    @Test
    void secretsAreNeverShown() {
        S3Config config = new S3Config(null, "octavo", "public-key", "top-secret", true, "us-east-1");
        assertThat(new RegionsConfig(List.of(new RegionConfig("eu", config))).toString())
                .contains("octavo", "keys=given")
                .doesNotContain("top-secret", "public-key");
    }

    private static RegionsConfig bind(Map<String, String> keys) {
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate("octavo", RegionsConfig.class);
    }
}
