package io.octavo.cli;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A publish, repeated under its idempotency key while the connection fails or the server is busy, as long as its
 * content can be sent again. Until an attempt is answered for good, the outcome of one that broke stays unknown.
 *
 * @param advice how the person is to repeat it, for when that doesn't help either
 */
record Upload(Api api, Target target, Map<String, String> headers, Content content, Progress progress, String advice) {
    /** How often it is tried. */
    static final int ATTEMPTS = 5;

    /**
     * What became of it.
     *
     * @param version  the version object
     * @param replayed whether an earlier attempt had made it
     * @param created  false if the newest version was the same already
     */
    record Published(JsonNode version, boolean replayed, boolean created) {}

    Published send() throws InterruptedException {
        boolean mayHaveHappened = false;
        for (int attempt = 1; ; attempt++) {
            Failure failure;
            String reason;
            try {
                return attempt();
            } catch (Failure refusal) {
                if (!refusal.isPassing()) {
                    throw refusal;
                }
                failure = refusal;
                reason = String.valueOf(refusal.getMessage());
                mayHaveHappened |= !refusal.code().equals("RATE_LIMITED");
            } catch (IOException e) {
                reason = Unreachable.reason(e);
                failure = Failure.unreachable(api.server(), reason);
                mayHaveHappened |= !Unreachable.wasNeverSent(e);
            }
            if (attempt == ATTEMPTS || !content.canBeSent()) {
                throw mayHaveHappened ? Failure.outcomeUnknown(String.valueOf(failure.getMessage()), advice) : failure;
            }
            api.timing().pauseAfter(attempt, failure.retryAfter());
        }
    }

    private Published attempt() throws IOException, InterruptedException {
        Stall stall = api.stall();
        HttpRequest.Builder request =
                api.request(target).header("Accept", "application/json").POST(content.body(stall, progress));
        headers.forEach(request::header);
        try (Answer answer = api.send(request.build(), stall)) {
            if (!answer.isSuccess()) {
                throw answer.refusal();
            }
            JsonNode version = answer.document();
            boolean replayed = "true".equals(answer.header("Octavo-Replayed"));
            return new Published(version, replayed, answer.status() == 201);
        }
    }
}
