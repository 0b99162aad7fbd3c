package io.octavo.client;

import io.octavo.client.ClientMetrics.Failure;
import io.octavo.rules.ErrorCode;
import java.util.function.BooleanSupplier;

/** Makes values of versions: gets the bytes, and has them deserialized. Blocks. Counts what comes of it. */
final class Making<T> {
    private final String topic;
    private final Deserializer<? extends T> deserializer;
    private final SubscriptionMachinery machinery;

    Making(String topic, Deserializer<? extends T> deserializer, SubscriptionMachinery machinery) {
        this.topic = topic;
        this.deserializer = deserializer;
        this.machinery = machinery;
    }

    /** A value, and what it was made of, which the caller lets go. */
    record Made<T>(T value, LoadedPayload payload) {}

    /**
     * Makes a version's value.
     *
     * @param cancelled ends it soon, with whatever exception
     * @throws OctavoException if it can't be had or read
     */
    Made<T> make(Target target, BooleanSupplier cancelled) {
        LoadedPayload payload = fetch(target, cancelled);
        try {
            T value = deserializer.deserialize(payload);
            if (value == null) {
                throw new NullPointerException("the deserializer returned null");
            }
            return new Made<>(value, payload);
        } catch (Throwable e) {
            if (!payload.isFromDisk() && !cancelled.getAsBoolean()) {
                // It is tried again, and not downloaded again.
                machinery.disk().put(payload);
            }
            payload.delete();
            count(cancelled, Failure.DESERIALIZE);
            String what = "deserialize version " + payload.version() + " of " + topic + ": " + e;
            throw OctavoException.lasting(ErrorCode.VALIDATION_FAILED, what, e);
        }
    }

    private LoadedPayload fetch(Target target, BooleanSupplier cancelled) {
        try {
            if (cancelled.getAsBoolean()) {
                throw new IllegalStateException("not wanted any more");
            }
            LoadedPayload payload = machinery.downloads().fetch(topic, target, cancelled);
            if (payload.isFromDisk()) {
                machinery.metrics().reused(topic, payload.size());
            } else {
                machinery.metrics().downloaded(topic, payload.size());
            }
            return payload;
        } catch (Exception e) {
            count(cancelled, Failure.FETCH);
            throw Errors.from(e, "fetch version " + target.version() + " of " + topic);
        }
    }

    private void count(BooleanSupplier cancelled, Failure kind) {
        if (!cancelled.getAsBoolean()) {
            machinery.metrics().failed(topic, kind);
        }
    }
}
