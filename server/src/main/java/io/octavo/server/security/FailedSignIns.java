package io.octavo.server.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bad tokens that addresses have shown, ten a minute each; an IPv6 network of 64 bits is one address. Keeps
 * the last ten thousand addresses. Safe for use by many threads.
 */
final class FailedSignIns {
    private static final int MOST_A_MINUTE = 10;
    private static final int MOST_ADDRESSES = 10_000;
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final Cache<String, Window> windows = Caffeine.newBuilder()
            .maximumSize(MOST_ADDRESSES)
            .executor(Runnable::run)
            .build();

    /** @param nanoTime as {@link System#nanoTime} */
    FailedSignIns(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A minute of an address. */
    private record Window(long begun, int count) {}

    /** Counts one; answers how long to wait if it was one too many, else null. */
    @Nullable
    Duration failed(String address) {
        long now = nanoTime.getAsLong();
        Window window = windows.asMap()
                .merge(
                        key(address),
                        new Window(now, 1),
                        (old, one) -> now - old.begun() >= MINUTE ? one : new Window(old.begun(), old.count() + 1));
        return window.count() <= MOST_A_MINUTE ? null : Duration.ofNanos(MINUTE - (now - window.begun()));
    }

    /** Whether the address has shown so many that the next bad one is one too many. */
    boolean isSuspect(String address) {
        Window window = windows.getIfPresent(key(address));
        return window != null && window.count() >= MOST_A_MINUTE && nanoTime.getAsLong() - window.begun() < MINUTE;
    }

    private static String key(String address) {
        try {
            InetAddress parsed = InetAddresses.forString(address);
            return parsed instanceof Inet6Address
                    ? HexFormat.of().formatHex(parsed.getAddress(), 0, 8)
                    : parsed.getHostAddress();
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}
