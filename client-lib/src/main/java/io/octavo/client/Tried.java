package io.octavo.client;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What a subscription without a value has tried in vain: for who asks it for one. */
final class Tried {
    private final Map<Source, String> steps = new EnumMap<>(Source.class);

    /** A step failed, for now. */
    synchronized void failed(Source step, String why) {
        steps.put(step, why);
    }

    synchronized void forget(Source step) {
        steps.remove(step);
    }

    synchronized boolean isEmpty() {
        return steps.isEmpty();
    }

    /** Each step in the order of a start, with why it failed. */
    @Override
    public synchronized String toString() {
        return steps.entrySet().stream()
                .map(step -> name(step.getKey()) + ": " + step.getValue())
                .collect(Collectors.joining("; "));
    }

    private static String name(Source step) {
        return switch (step) {
            case SERVICE -> "service";
            case FALLBACK -> "fallback cache";
            case DISK -> "cache directory";
            case OVERRIDE -> "override";
            case DEFAULT -> "default";
        };
    }
}
