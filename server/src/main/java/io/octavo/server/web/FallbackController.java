package io.octavo.server.web;

import io.octavo.server.housekeeping.FallbackVerification;
import io.octavo.server.security.Right;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What is in the fallback caches. */
@RestController
final class FallbackController {
    private static final char LIST = 'f';

    private final FallbackVerification verification;

    FallbackController(FallbackVerification verification) {
        this.verification = verification;
    }

    @Call(
            value =
                    "Compares the fallback caches of all regions with the topics, a page of topics at a time, down to the"
                            + " bytes of the payloads. What changed within the last minute may be on its way and is left out.",
            query = {"limit", "pageToken"})
    @GetMapping(Addresses.FALLBACK_VERIFY)
    @Needs(Right.ADMINISTER)
    ResponseEntity<FallbackView> verify(HttpServletRequest request) {
        Query query = Query.of(request, "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        String after = PageToken.read(LIST, query);
        FallbackVerification.Page page = verification.page(after == null ? "" : after, limit);
        String next = page.next();
        return Answers.ok().body(FallbackView.of(page, next == null ? null : PageToken.after(LIST, next)));
    }
}
