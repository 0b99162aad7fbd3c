package io.octavo.server.publish;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Scope;
import io.octavo.rules.Scopes;
import io.octavo.server.publish.PayloadIntake.Announced;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Orders as tests need them. */
record Orders(
        String topic,
        List<Scope> scopes,
        boolean stage,
        @Nullable String key,
        @Nullable Long expectedVersion,
        boolean ifChanged) {
    static Orders of(String topic) {
        return new Orders(topic, List.of(), false, null, null, false);
    }

    Orders scope(String scope) {
        return new Orders(topic, List.of(Scopes.parse(scope)), stage, key, expectedVersion, ifChanged);
    }

    Orders staged() {
        return new Orders(topic, scopes, true, key, expectedVersion, ifChanged);
    }

    Orders key(String key) {
        return new Orders(topic, scopes, stage, key, expectedVersion, ifChanged);
    }

    Orders expecting(long version) {
        return new Orders(topic, scopes, stage, key, version, ifChanged);
    }

    Orders onlyIfChanged() {
        return new Orders(topic, scopes, stage, key, expectedVersion, true);
    }

    PublishOrder order() {
        return order(new Announced(null, ByteString.EMPTY, "text/plain"));
    }

    PublishOrder order(Announced announced) {
        return new PublishOrder(
                topic, scopes, stage, Map.of("a", "b"), key, expectedVersion, ifChanged, null, "", announced, "tester");
    }
}
