package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Scope;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import java.util.regex.Pattern;

/** Consumers, as the parameters of a request name them. */
final class Consumers {
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private Consumers() {}

    static Consumer of(Query query) {
        return Consumer.newBuilder()
                .setRegion(value(query, "region"))
                .setApp(value(query, "app"))
                .setCluster(value(query, "cluster"))
                .setInstance(value(query, "instance"))
                .build();
    }

    /** Words for a consumer, within a sentence. */
    static String described(Consumer consumer) {
        String scope = Scopes.format(Scope.newBuilder()
                .setRegion(consumer.getRegion())
                .setApp(consumer.getApp())
                .setCluster(consumer.getCluster())
                .build());
        return scope.equals("*") ? "a consumer without region, app and cluster" : scope;
    }

    private static String value(Query query, String name) {
        String text = query.text(name);
        if (text == null) {
            return "";
        }
        if (!VALUE.matcher(text).matches()) {
            throw new InvalidField(name, text, "1 to 128 letters, digits, dots, underscores and dashes");
        }
        return text;
    }
}
