package io.octavo.server.config;

import io.octavo.rules.InvalidField;

/**
 * Keys of the configuration that begin alike, for messages about their values.
 *
 * @param prefix how they begin, with the dot
 */
public record ConfigKeys(String prefix) {
    /**
     * Checks a value against its bounds, which belong to what is allowed.
     *
     * @throws InvalidField if it is out of them
     */
    public <T extends Comparable<T>> void between(String key, T value, T least, T most) {
        check(key, value, value.compareTo(least) >= 0 && value.compareTo(most) <= 0, least + "…" + most);
    }

    /**
     * Checks a value by what the caller has found of it.
     *
     * @throws InvalidField if it isn't right
     */
    public void check(String key, Object value, boolean right, String expected) {
        if (!right) {
            throw invalid(key, value, expected);
        }
    }

    /** What to throw of a value that can't be taken. */
    public InvalidField invalid(String key, Object value, String expected) {
        return new InvalidField(prefix + key, value, expected);
    }
}
