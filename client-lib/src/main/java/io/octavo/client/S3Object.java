package io.octavo.client;

import io.octavo.rules.InvalidField;

/**
 * An object in an S3 store that was there before.
 *
 * @param region the name that the service has for the region
 */
public record S3Object(String region, String bucket, String key) {
    public S3Object {
        require("region", region);
        require("bucket", bucket);
        require("key", key);
    }

    private static void require(String name, String value) {
        if (value.isEmpty()) {
            throw new InvalidField(name, value, "not empty");
        }
    }
}
