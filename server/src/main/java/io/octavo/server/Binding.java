package io.octavo.server;

import io.octavo.rules.InvalidField;
import io.octavo.server.grpc.GrpcConfig;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.tls.TlsConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Where a node may listen: on loopback; elsewhere only if callers must say who they are, and nobody on the way can read
 * what they say.
 *
 * @param authenticated callers must say who they are
 * @param confidential  TLS is spoken, here or by a proxy before this node
 */
record Binding(boolean authenticated, boolean confidential) {
    private static final String LOOPBACK = "a loopback address such as 127.0.0.1, or ";

    /**
     * Looks at the configuration, before anything is opened.
     *
     * @throws InvalidField if the node would listen where it may not
     */
    static void check(Environment environment) {
        Binder binder = Binder.get(environment);
        boolean encrypted = binder.bindOrCreate("octavo.tls", TlsConfig.class).isOn();
        boolean proxied =
                binder.bindOrCreate("octavo.security", PlaintextConfig.class).plaintext();
        boolean authenticated =
                binder.bindOrCreate("octavo.security", SecurityConfig.class).enabled();
        Binding binding = new Binding(authenticated, encrypted || proxied);
        binding.checkHttp("server.address", environment, binder);
        if (environment.getProperty("management.server.port") != null) {
            binding.checkHttp("management.server.address", environment, binder);
        }
        GrpcConfig grpc = binder.bindOrCreate("octavo.grpc", GrpcConfig.class);
        binding.check("octavo.grpc.endpoint", grpc.endpoint(), address(grpc));
    }

    private void checkHttp(String key, Environment environment, Binder binder) {
        InetAddress address = binder.bind(key, InetAddress.class).orElse(null);
        String given = environment.getProperty(key, "");
        check(key, given.isEmpty() ? "(none, which is every address)" : given, address);
    }

    /** @param address null = every address of this machine */
    private void check(String key, String given, @Nullable InetAddress address) {
        if (address != null && address.isLoopbackAddress()) {
            return;
        }
        if (!authenticated) {
            throw new InvalidField(
                    key,
                    given,
                    LOOPBACK + "octavo.security.enabled=true with octavo.tls.certificate and octavo.tls.key");
        }
        if (!confidential) {
            throw new InvalidField(
                    key,
                    given,
                    LOOPBACK + "octavo.tls.certificate and octavo.tls.key, or octavo.security.plaintext=true if TLS"
                            + " ends at a proxy before this node");
        }
    }

    private static InetAddress address(GrpcConfig grpc) {
        try {
            return InetAddress.getAllByName(grpc.host())[0];
        } catch (UnknownHostException e) {
            InvalidField unknown =
                    new InvalidField("octavo.grpc.endpoint", grpc.endpoint(), "an address of this machine");
            unknown.initCause(e);
            throw unknown;
        }
    }
}
