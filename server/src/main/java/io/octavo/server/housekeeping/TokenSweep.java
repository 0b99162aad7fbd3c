package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.security.TokenRecord;
import io.octavo.server.security.TokenStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes tokens that expired or were revoked so long ago that nothing names them any more. From then on their names can
 * be given again.
 */
public final class TokenSweep implements TaskPart {
    private static final Logger LOG = LoggerFactory.getLogger(TokenSweep.class);
    private static final int PAGE = 500;
    /** What comes due between two looks is in no hurry. */
    private static final Duration BETWEEN_LOOKS = Duration.ofHours(6);

    private final TokenStore tokens;
    private final Duration margin;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private Instant lookedAt = Instant.EPOCH;

    /** @param margin how long a token stays that is good for nothing any more */
    public TokenSweep(TokenStore tokens, Duration margin, InstantSource clock, MeterRegistry meters) {
        this.tokens = tokens;
        this.margin = margin;
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public void run(Run run) {
        Instant now = clock.instant();
        Instant before = now.minus(margin);
        if (lookedAt.plus(BETWEEN_LOOKS).isAfter(now)) {
            return;
        }
        String after = "";
        List<TokenRecord> page;
        do {
            page = tokens.page(after, PAGE);
            for (TokenRecord token : page) {
                if (!run.mayGoOn()) {
                    return;
                }
                if (endedBefore(token, before)) {
                    remove(token, run);
                }
                after = token.name();
            }
        } while (page.size() == PAGE);
        lookedAt = now;
    }

    private static boolean endedBefore(TokenRecord token, Instant before) {
        TokenRecord.Revocation revoked = token.revoked();
        Instant expires = token.expiresAt();
        return (revoked != null && revoked.at().isBefore(before)) || (expires != null && expires.isBefore(before));
    }

    private void remove(TokenRecord token, Run run) {
        run.examined();
        tokens.remove(token);
        run.done();
        meters.counter("octavo.gc.tokens").increment();
        LOG.info("token {}, which was good for nothing since long, is removed", token.name());
    }
}
