package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Where a node may listen. That it then listens there and nowhere else is tried in {@link ListenIT}. */
class BindingTest {
    private static final String SECURE = "octavo.security.enabled=true;";
    private static final String TLS = "octavo.tls.certificate=c.pem;octavo.tls.key=k.pem;";
    private static final String PROXY = "octavo.security.plaintext=true;";

    @ParameterizedTest
    @CsvSource(
            value = {
                "server.address=0.0.0.0, server.address: 0.0.0.0",
                "server.address=::, server.address: ::",
                "server.address=, 'server.address: (none, which is every address)'",
                "octavo.grpc.endpoint=0.0.0.0:9090, octavo.grpc.endpoint: 0.0.0.0:9090",
                "octavo.grpc.endpoint=[::]:0, octavo.grpc.endpoint: [::]:0",
                "octavo.security.plaintext=true;server.address=0.0.0.0, server.address: 0.0.0.0",
                "octavo.tls.certificate=c;octavo.tls.key=k;server.address=0.0.0.0, server.address: 0.0.0.0",
                "management.server.port=0, 'management.server.address: (none, which is every address)'",
            })
    void aNodeThatKnowsNobodyListensOnLoopbackOnly(String keys, String line) {
        assertThatThrownBy(() -> run(keys))
                .isInstanceOf(InvalidField.class)
                .hasMessage(line + " (expected: a loopback address such as 127.0.0.1, or octavo.security.enabled=true"
                        + " with octavo.tls.certificate and octavo.tls.key)");
    }

    @ParameterizedTest
    @CsvSource({"server.address=0.0.0.0, server.address: 0.0.0.0", "octavo.grpc.endpoint=0.0.0.0:0, octavo.grpc"})
    void secretsAreNotAskedForInPlainText(String keys, String line) {
        assertThatThrownBy(() -> run(SECURE + keys))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith(line)
                .hasMessageContaining("octavo.security.plaintext=true if TLS ends at a proxy before this node");
    }

    @Test
    void anyAddressMayBeListenedOnWithAuthenticationAndTlsHereOrBefore() {
        String everywhere = "server.address=0.0.0.0;octavo.grpc.endpoint=0.0.0.0:9090;";
        assertThatCode(() -> check(SECURE + TLS + everywhere)).doesNotThrowAnyException();
        assertThatCode(() -> check(SECURE + PROXY + everywhere)).doesNotThrowAnyException();
    }

    @Test
    void loopbackNeedsNothing() {
        assertThatCode(() -> check("server.address=127.0.0.1")).doesNotThrowAnyException();
        assertThatCode(() -> check("server.address=localhost;octavo.grpc.endpoint=[::1]:9090"))
                .doesNotThrowAnyException();
    }

    @Test
    void anAddressThatIsNoneIsRefusedByName() {
        assertThatThrownBy(() -> check("server.address=127.0.0.1;octavo.grpc.endpoint=no.such.host.invalid:1"))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.grpc.endpoint: no.such.host.invalid:1");
    }

    @Test
    void theWrongKeyIsToldInOneLine() {
        InvalidField wrong = new InvalidField("octavo.x", 1, "2");
        assertThat(new WrongConfiguration().analyze(new IllegalStateException(wrong)))
                .satisfies(told -> assertThat(told.getDescription()).isEqualTo("octavo.x: 1 (expected: 2)"));
    }

    /** Starts a node whose stores are not there: it is refused before they are asked for. */
    private static void run(String keys) {
        SpringApplication application = new SpringApplication(OctavoServer.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        List<String> arguments = new ArrayList<>(List.of(
                "--logging.level.root=OFF", "--server.port=0", "--octavo.cassandra.contact-points=127.0.0.1:1"));
        keys(keys).map(key -> "--" + key).forEach(arguments::add);
        application.run(arguments.toArray(String[]::new)).close();
    }

    private static void check(String keys) {
        StandardEnvironment environment = new StandardEnvironment();
        Map<String, Object> map = new HashMap<>();
        keys(keys).forEach(key -> map.put(key.substring(0, key.indexOf('=')), key.substring(key.indexOf('=') + 1)));
        environment.getPropertySources().addFirst(new MapPropertySource("test", map));
        Binding.check(environment);
    }

    private static Stream<String> keys(String keys) {
        return Arrays.stream(keys.split(";", -1)).filter(key -> !key.isEmpty());
    }
}
