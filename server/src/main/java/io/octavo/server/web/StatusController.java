package io.octavo.server.web;

import io.octavo.server.security.OidcConfig;
import io.octavo.server.security.Right;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** How the installation is. */
@RestController
final class StatusController {
    private final StatusBoard board;
    private final @Nullable SignIn signIn;

    StatusController(StatusBoard board, @Nullable OidcConfig oidc) {
        this.board = board;
        this.signIn = oidc == null || oidc.signIn() == null ? null : new SignIn(oidc.issuer(), oidc.clientId());
    }

    /**
     * What strangers are told.
     *
     * @param signIn where a browser gets a token, by code flow with PKCE; null = whoever wants in must have one
     */
    record Readiness(boolean ready, @Nullable SignIn signIn) {}

    /** An issuer, whose addresses are in its discovery document, and what the UI calls itself there. */
    record SignIn(String issuer, String clientId) {}

    @Call(
            value =
                    "How the installation is, as this node sees it; to strangers, where callers must say who they are, only"
                            + " whether it is ready and where people sign in.",
            answers = {StatusView.class, Readiness.class})
    @GetMapping(Addresses.STATUS)
    @Needs(Right.NONE)
    ResponseEntity<?> get(HttpServletRequest request) {
        Query.of(request);
        if (Access.isAnonymous(request)) {
            return Answers.ok().body(new Readiness(board.isReady(), signIn));
        }
        return Answers.ok().body(board.status());
    }
}
