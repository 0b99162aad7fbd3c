package io.octavo.client;

/**
 * Makes a value of a version's bytes. Called on the client's loading thread, one version at a time unless the client
 * was built to load several, so that the memory for only one version in the making is needed; it may take its time.
 *
 * <p>Values that are {@link AutoCloseable} are closed by the client once they are replaced.
 */
@FunctionalInterface
public interface Deserializer<T> {
    /**
     * Makes the value.
     *
     * @return the value, never null
     * @throws Exception if the bytes can't be read: the version is reported as failed and tried again, and the process
     *     keeps the value it has
     */
    T deserialize(Payload payload) throws Exception;
}
