package io.octavo.server.web;

import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.security.Right;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The bytes of a version by its number. */
@Controller
final class PayloadController {
    private final TopicReads reads;
    private final PayloadAnswer payload;
    private final NotedUse use;

    PayloadController(ReadableLog log, PayloadOutlet outlet, NotedUse use) {
        this.use = use;
        this.reads = new TopicReads(log);
        this.payload = new PayloadAnswer(outlet);
    }

    @Call(
            value = "The bytes of a version.",
            headers = {"Range", "If-Range", "If-None-Match"},
            status = {200, 206, 304},
            bytes = true)
    @GetMapping(Addresses.VERSIONS + "/{version}/payload")
    @Needs(Right.READ)
    void get(
            HttpServletRequest request,
            HttpServletResponse response,
            @PathVariable String topic,
            @PathVariable String version)
            throws IOException {
        Query.of(request);
        long number = TopicReads.number(version);
        use.of(topic);
        payload.write(request, response, topic, reads.requireVersion(reads.require(topic), number));
    }
}
