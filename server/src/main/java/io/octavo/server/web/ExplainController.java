package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.server.security.Right;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.web.PastHeads.Moment;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Why a consumer is to run what it is to run. */
@RestController
final class ExplainController {
    private final PastHeads heads;
    private final ReadableLog log;

    ExplainController(PastHeads heads, ReadableLog log) {
        this.heads = heads;
        this.log = log;
    }

    @Call(
            value = "What a consumer is to run, or was to run at an instant, and why, in sentences.",
            query = {"region", "app", "cluster", "instance", "at", "minRevision", "strict"})
    @GetMapping(Addresses.EXPLAIN)
    @Needs(value = Right.READ, asApp = true)
    ResponseEntity<ExplainView> get(HttpServletRequest request, @PathVariable String topic) {
        Query query = Query.of(request, "region", "app", "cluster", "instance", "at", "minRevision", "strict");
        Consumer consumer = Consumers.of(query);
        Moment moment = heads.moment(topic, query);
        PassedOver passedOver = PassedOver.of(log, moment.then(), consumer);
        return Answers.ok().body(ExplainView.of(moment, consumer, passedOver));
    }
}
