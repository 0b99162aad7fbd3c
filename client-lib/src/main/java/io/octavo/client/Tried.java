package io.octavo.client;

import io.octavo.rules.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What a subscription without a value has tried in vain: for who asks it for one. */
final class Tried {
    private final Map<Source, String> steps = new EnumMap<>(Source.class);
    private ErrorCode service = ErrorCode.UNAVAILABLE;

    /** A step failed, for now. */
    synchronized void failed(Source step, String why) {
        steps.put(step, why);
    }

    /** The service has refused, or wasn't reached. */
    synchronized void serviceFailed(OctavoException error) {
        service = error.code();
        failed(Source.SERVICE, String.valueOf(error.getMessage()));
    }

    /** The service has answered: it doesn't matter any more what was tried before. */
    synchronized void serviceAnswered() {
        service = ErrorCode.UNAVAILABLE;
        steps.clear();
    }

    /**
     * What the service said last, if that was more than nothing; else UNAVAILABLE. What others refuse shows in the text only:
     * a bucket's no must not look like the service's.
     */
    synchronized ErrorCode code() {
        return service;
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
