package io.octavo.server.web;

import io.octavo.protocol.Scope;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.PublishOrder;
import io.octavo.server.publish.Published;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.publish.Publisher;
import io.octavo.server.security.Right;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.http.ResponseEntity.BodyBuilder;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** New versions: the request's body is the payload, whatever it is. */
@RestController
final class PublishController {
    /** Media types in which a body does not mean its own bytes. */
    private static final List<String> NOT_OPAQUE = List.of("multipart/", "application/vnd.octavo.");

    private final Publisher publisher;

    PublishController(Publisher publisher) {
        this.publisher = publisher;
    }

    @PostMapping(Addresses.VERSIONS)
    @Needs(Right.PUBLISH)
    ResponseEntity<VersionView> publish(HttpServletRequest request, @PathVariable String topic) throws IOException {
        TopicNames.check(topic);
        Query query = Writes.query(request, "scope", "meta", "stage", "hold", "ifChanged");
        List<Scope> scopes = query.all("scope").stream().map(Scopes::parse).toList();
        checkEncodings(request);
        PublishOrder order = new PublishOrder(
                topic,
                scopes,
                query.flag("stage"),
                Metadata.of("meta", query.all("meta")),
                Headers.one(request, Headers.IDEMPOTENCY_KEY),
                Headers.expectedVersion(request),
                query.flag("ifChanged"),
                query.text("hold"),
                "",
                new Announced(size(request), Headers.contentDigest(request), contentType(request)),
                Headers.who(request));
        ArrivingBody body = ArrivingBody.of(request);
        return answer(query.flag(Writes.DRY_RUN) ? publisher.dryRun(order, body) : publisher.publish(order, body));
    }

    private static ResponseEntity<VersionView> answer(Published published) {
        boolean isThere = published.outcome() == Outcome.MADE || published.outcome() == Outcome.REPLAYED;
        BodyBuilder answer = Answers.with(isThere ? 201 : 200);
        if (isThere) {
            String topic = published.head().getTopic();
            answer.header(
                    "Location", Addresses.version(topic, published.version().getVersion()));
        }
        if (published.outcome() == Outcome.REPLAYED) {
            answer.header(Headers.REPLAYED, "true");
        }
        return answer.body(VersionView.written(
                published.head(), published.version(), published.version().getRevision(), Written.of(published)));
    }

    private static void checkEncodings(HttpServletRequest request) {
        String encoding = Headers.one(request, "Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw unsupported("Content-Encoding: " + encoding + " (expected: none, the payload as it is)");
        }
        String type = contentType(request).toLowerCase(Locale.ROOT);
        if (NOT_OPAQUE.stream().anyMatch(type::startsWith)) {
            throw unsupported("Content-Type: " + type + " (expected: the payload as the body, under another type)");
        }
    }

    private static ServiceException unsupported(String message) {
        return ServiceException.of(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message);
    }

    private static String contentType(HttpServletRequest request) {
        String type = request.getContentType();
        return type == null ? "" : type;
    }

    private static @Nullable Long size(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length < 0 ? null : length;
    }
}
