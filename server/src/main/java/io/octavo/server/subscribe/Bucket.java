package io.octavo.server.subscribe;

/**
 * A token bucket that is paid afterwards: who finds it above zero may go on, whatever that will cost, and the next waits
 * until the debt is paid off. For one thread.
 */
final class Bucket {
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final double most;
    private double tokens;
    private long at;

    /**
     * @param perSecond how many flow in
     * @param most      how many it holds
     * @param now       in ns, as all times here
     */
    Bucket(double perSecond, double most, long now) {
        this.perSecond = perSecond;
        this.most = most;
        this.tokens = most;
        this.at = now;
    }

    /** How long until there is something in it; 0 = there is. */
    long nanosUntilOpen(long now) {
        tokens = Math.min(most, tokens + (now - at) / NANOS * perSecond);
        at = now;
        return tokens > 0 ? 0 : (long) Math.ceil((1 - tokens) / perSecond * NANOS);
    }

    void pay(double amount) {
        tokens -= amount;
    }
}
