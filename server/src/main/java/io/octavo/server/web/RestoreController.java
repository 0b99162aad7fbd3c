package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import io.octavo.server.housekeeping.LogRestore;
import io.octavo.server.security.Right;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Puts the log right after it was restored from a backup: an epoch, then page by page all topics. */
@RestController
final class RestoreController {
    private static final char LIST = 'r';

    private final LogRestore restore;

    RestoreController(LogRestore restore) {
        this.restore = restore;
    }

    /** The installation's epoch. */
    record EpochView(long epoch, @Nullable Boolean dryRun) {}

    /**
     * What a page is about, or what was done with it.
     *
     * @param newer   topics of which a fallback cache has newer state, which comes back
     * @param unknown of those: the log doesn't know them
     * @param lower   topics in an earlier epoch: a restore did not come to its end
     * @param ahead   topics of which a fallback cache has newer state in this epoch or a later one
     */
    record RestoreView(
            long epoch,
            int topics,
            int changed,
            int newer,
            int unknown,
            int lower,
            int ahead,
            long highestEpoch,
            @Nullable String nextPageToken,
            @Nullable Boolean dryRun) {
        static RestoreView of(LogRestore.Page page, boolean dryRun) {
            String next = page.next();
            return new RestoreView(
                    page.epoch(),
                    page.topics(),
                    page.changed(),
                    page.newer(),
                    page.unknown(),
                    page.lower(),
                    page.ahead(),
                    page.highestEpoch(),
                    next == null ? null : PageToken.after(LIST, next),
                    dryRun ? true : null);
        }
    }

    @Call(
            value =
                    "Begins a new epoch of the log, after it was restored from a backup; with goOn=true answers the one that"
                            + " stands, which a restore has begun that broke off.",
            query = {"expected", "above", "goOn", "dryRun"})
    @PostMapping(Addresses.RESTORE_EPOCH)
    @Needs(Right.ADMINISTER)
    ResponseEntity<EpochView> begin(HttpServletRequest request) {
        Query query = Writes.query(request, "expected", "above", "goOn");
        long expected = number(query, "expected");
        long above = query.text("above") == null ? 0 : number(query, "above");
        boolean goesOn = query.flag("goOn");
        if (query.flag(Writes.DRY_RUN)) {
            return Answers.ok().body(new EpochView(restore.epoch(), true));
        }
        long epoch = goesOn ? restore.goOn(expected) : restore.begin(expected, above);
        return Answers.ok().body(new EpochView(epoch, null));
    }

    @Call(
            value =
                    "Takes a page of topics into the epoch that stands, with what the fallback caches know newer; or tells"
                            + " what would be done.",
            query = {"epoch", "limit", "pageToken", "dryRun"},
            headers = "Octavo-Who")
    @PostMapping(Addresses.RESTORE_TOPICS)
    @Needs(Right.ADMINISTER)
    ResponseEntity<RestoreView> topics(HttpServletRequest request) {
        Query query = Writes.query(request, "epoch", "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        String token = PageToken.read(LIST, query);
        String after = token == null ? "" : token;
        long epoch = query.text("epoch") == null && query.flag(Writes.DRY_RUN) ? 0 : number(query, "epoch");
        if (query.flag(Writes.DRY_RUN)) {
            return Answers.ok().body(RestoreView.of(restore.plan(after, limit), true));
        }
        LogRestore.Page done = restore.carryOut(after, limit, epoch, Headers.who(request));
        return Answers.ok().body(RestoreView.of(done, false));
    }

    private static long number(Query query, String name) {
        String text = query.requiredText(name, "an epoch, in ms");
        if (text.length() > 18) {
            throw new InvalidField(name, text, "an epoch, in ms");
        }
        return Query.wholeNumber(name, text, "an epoch, in ms");
    }
}
