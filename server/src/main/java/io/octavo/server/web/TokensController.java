package io.octavo.server.web;

import io.octavo.server.security.Right;
import io.octavo.server.security.TokenRecord;
import io.octavo.server.security.Tokens;
import io.octavo.server.web.TokenView.TokenPage;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The tokens by which callers show who they are. */
@RestController
final class TokensController {
    private static final char LIST = 'k';
    private static final List<String> FIELDS = List.of("name", "grants", "apps", "expiresAt");

    private final Tokens tokens;

    TokensController(Tokens tokens) {
        this.tokens = tokens;
    }

    /**
     * What is sent to make a token.
     *
     * @param apps the apps that its bearer may ask as; absent = any
     */
    record TokenBody(
            String name,
            List<GrantBody> grants,
            @Nullable List<String> apps,
            @Nullable Instant expiresAt) {}

    /**
     * What the bearer of a token may do.
     *
     * @param topics patterns; absent = all
     * @param scopes of an operator: to which it is bound; absent = none
     */
    record GrantBody(
            String role,
            @Nullable List<String> topics,
            @Nullable List<String> scopes) {}

    /** Makes a token and shows it, this once. */
    @Call(
            value = "Makes a token and shows it, this once.",
            body = TokenBody.class,
            headers = "Octavo-Who",
            status = 201)
    @PostMapping(path = Addresses.TOKENS, consumes = "application/json")
    @Needs(Right.ADMINISTER)
    ResponseEntity<TokenView> create(HttpServletRequest request) throws IOException {
        Query.of(request);
        JsonBody body = JsonBody.of(request, FIELDS);
        Tokens.Made made = tokens.create(
                TokenRecord.checkName(body.requiredText("name")),
                GrantsBody.read(body.object().get("grants")),
                GrantsBody.texts("apps", body.object().get("apps")),
                body.time("expiresAt"),
                Headers.who(request));
        return Answers.with(201)
                .header("Location", Addresses.TOKENS + "/" + made.token().name())
                .header("Cache-Control", "no-store")
                .body(TokenView.of(made.token(), made.secret()));
    }

    @Call(
            value = "The tokens, by name; never what their bearers show.",
            query = {"limit", "pageToken"})
    @GetMapping(Addresses.TOKENS)
    @Needs(Right.ADMINISTER)
    ResponseEntity<TokenPage> list(HttpServletRequest request) {
        Query query = Query.of(request, "limit", PageToken.PARAMETER);
        int limit = Paging.limit(query);
        String after = PageToken.read(LIST, query);
        List<TokenRecord> found = tokens.page(after == null ? "" : TokenRecord.checkName(after), limit + 1);
        boolean more = found.size() > limit;
        List<TokenRecord> page = more ? found.subList(0, limit) : found;
        return Answers.ok()
                .body(new TokenPage(
                        page.stream().map(TokenView::of).toList(),
                        more ? PageToken.after(LIST, page.get(limit - 1).name()) : null));
    }

    @Call(value = "Revokes a token.", query = "reason", headers = "Octavo-Who")
    @DeleteMapping(Addresses.TOKENS + "/{name}")
    @Needs(Right.ADMINISTER)
    ResponseEntity<TokenView> revoke(HttpServletRequest request, @PathVariable String name) {
        String reason = Query.of(request, "reason").requiredText("reason", "why the token is revoked");
        return Answers.ok().body(TokenView.of(tokens.revoke(name, reason, Headers.who(request))));
    }
}
