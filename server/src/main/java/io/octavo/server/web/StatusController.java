package io.octavo.server.web;

import io.octavo.server.security.Right;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** How the installation is. */
@RestController
final class StatusController {
    private final StatusBoard board;

    StatusController(StatusBoard board) {
        this.board = board;
    }

    /** What strangers are told. */
    record Readiness(boolean ready) {}

    @Call("How the installation is, as this node sees it.")
    @GetMapping(Addresses.STATUS)
    @Needs(Right.NONE)
    ResponseEntity<?> get(HttpServletRequest request) {
        Query.of(request);
        if (Access.isAnonymous(request)) {
            return Answers.ok().body(new Readiness(board.isReady()));
        }
        return Answers.ok().body(board.status());
    }
}
