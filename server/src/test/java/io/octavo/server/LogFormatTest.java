package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** That each line is a document then is seen in {@link DrainIT}. */
class LogFormatTest {
    private static final String STRUCTURED = "logging.structured.format.console";

    @Test
    void linesAreForPeopleUnlessJsonIsAskedFor() {
        assertThat(process(Map.of()).getProperty(STRUCTURED)).isNull();
        assertThat(process(Map.of("octavo.log.format", "plain")).getProperty(STRUCTURED))
                .isNull();
        assertThat(process(Map.of("octavo.log.format", "json")).getProperty(STRUCTURED))
                .isEqualTo("logstash");
    }

    @Test
    void anotherFormatIsRefusedByName() {
        assertThatThrownBy(() -> process(Map.of("octavo.log.format", "xml")))
                .rootCause()
                .isInstanceOf(InvalidField.class)
                .hasMessage("octavo.log.format: xml (expected: plain or json)");
    }

    private static StandardEnvironment process(Map<String, Object> keys) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", keys));
        new LogFormat().postProcessEnvironment(environment, new SpringApplication());
        return environment;
    }
}
