package io.octavo.client;

/**
 * How large payloads travel.
 *
 * @param straightFrom payloads of so many bytes or more are put straight into S3
 * @param concurrent   parts that are on their way at once, of all transfers
 */
record Transfers(long straightFrom, int concurrent) {
    static final Transfers DEFAULT = new Transfers(16 << 20, 4);
}
