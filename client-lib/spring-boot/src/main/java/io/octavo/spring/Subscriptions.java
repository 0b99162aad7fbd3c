package io.octavo.spring;

import io.octavo.client.Deserializer;
import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionBuilder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** The subscriptions that were injected. Thread-safe. */
final class Subscriptions {
    private static final Map<Class<?>, Deserializer<?>> KNOWN = Map.of(
            String.class, Deserializers.utf8(),
            byte[].class, Deserializers.bytes(),
            Path.class, Deserializers.file());

    private final OctavoClient client;
    private final ListableBeanFactory beans;
    private final Map<Key, Injected> injected = new LinkedHashMap<>();

    Subscriptions(OctavoClient client, ListableBeanFactory beans) {
        this.client = client;
        this.beans = beans;
    }

    private record Key(String topic, String type) {}

    /** @param required whether anybody needs a value of it */
    record Injected(Subscription<?> subscription, boolean required) {}

    /** Begins it, if nobody has yet. */
    synchronized Subscription<?> at(InjectionPoint point) {
        OctavoSubscription wanted = point.getAnnotation(OctavoSubscription.class);
        if (wanted == null) {
            throw new IllegalStateException("a Subscription is asked for at " + point.getMember()
                    + " (expected: @OctavoSubscription beside it)");
        }
        ResolvableType type = type(point);
        Key key = new Key(wanted.value(), type.toString());
        Injected known = injected.get(key);
        Subscription<?> subscription = known == null ? begin(wanted, type) : known.subscription();
        boolean required = wanted.required() || (known != null && known.required());
        injected.put(key, new Injected(subscription, required));
        return subscription;
    }

    private Subscription<?> begin(OctavoSubscription wanted, ResolvableType type) {
        SubscriptionBuilder<?> subscription = client.subscription(wanted.value(), deserializer(type));
        return (wanted.required() ? subscription : subscription.optional()).start();
    }

    /** All there are. */
    synchronized List<Injected> all() {
        return List.copyOf(injected.values());
    }

    private static ResolvableType type(InjectionPoint point) {
        MethodParameter parameter = point.getMethodParameter();
        ResolvableType subscription = parameter == null
                ? ResolvableType.forField(java.util.Objects.requireNonNull(point.getField(), "a field"))
                : ResolvableType.forMethodParameter(parameter);
        ResolvableType type = subscription.as(Subscription.class).getGeneric(0);
        if (type.resolve() == null) {
            throw new IllegalStateException("type of the subscription at " + point.getMember() + ": " + subscription
                    + " (expected: Subscription<T>, with T said)");
        }
        return type;
    }

    private Deserializer<?> deserializer(ResolvableType type) {
        ObjectProvider<Deserializer<?>> own =
                beans.getBeanProvider(ResolvableType.forClassWithGenerics(Deserializer.class, type));
        Deserializer<?> bean = own.getIfUnique();
        Deserializer<?> known = bean == null ? KNOWN.get(type.resolve()) : bean;
        Deserializer<?> found = known == null ? json(type) : known;
        if (found == null) {
            throw new IllegalStateException("deserializer of " + type + ": none (expected: a bean of type Deserializer<"
                    + type + ">, or Jackson's JsonMapper)");
        }
        return found;
    }

    private @Nullable Deserializer<?> json(ResolvableType type) {
        return ClassUtils.isPresent(
                        "tools.jackson.databind.json.JsonMapper", getClass().getClassLoader())
                ? JsonValues.of(type.getType(), beans)
                : null;
    }
}
