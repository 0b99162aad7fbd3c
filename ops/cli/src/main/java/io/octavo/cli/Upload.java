package io.octavo.cli;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A publish, repeated under its idempotency key as long as its content can be sent again.
 *
 * @param headers with the key
 * @param advice  how the person is to repeat it, for when that doesn't help
 */
record Upload(Api api, Target target, Map<String, String> headers, Content content, Progress progress, String advice) {
    /**
     * What became of it.
     *
     * @param version  the version object
     * @param replayed whether an earlier attempt had made it
     * @param created  false if the newest version was the same already
     */
    record Published(JsonNode version, boolean replayed, boolean created) {}

    Published send() throws InterruptedException {
        return new Attempts(api, advice).run(this::attempt, content::canBeSent);
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
