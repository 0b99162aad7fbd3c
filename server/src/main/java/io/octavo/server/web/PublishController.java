package io.octavo.server.web;

import com.google.protobuf.ByteString;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.ExternalObjects;
import io.octavo.server.publish.LiveReaders;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.PublishOrder;
import io.octavo.server.publish.Published;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.publish.Publisher;
import io.octavo.server.security.Right;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.http.ResponseEntity.BodyBuilder;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** New versions: the request's body is the payload, whatever it is. */
@RestController
final class PublishController {
    private static final String FORM = "multipart/form-data";

    /** Media types in which a body does not mean its own bytes. */
    private static final List<String> NOT_OPAQUE = List.of("multipart/", "application/vnd.octavo.");

    private final Publisher publisher;

    private final ExternalObjects external;
    private final LiveReaders readers;

    PublishController(Publisher publisher, ExternalObjects external, LiveReaders readers) {
        this.publisher = publisher;
        this.external = external;
        this.readers = readers;
    }

    @Call(
            value =
                    "Publishes a version. The body is the payload, of any type and size; or a form with the parts metadata"
                            + " and payload, in this order; or where in S3 the payload is already.",
            query = {"scope", "meta", "stage", "hold", "ifChanged", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Expected-Version", "Content-Digest", "Octavo-Who"},
            opaqueBody = {"*/*", "multipart/form-data", "application/vnd.octavo.pointer+json"},
            status = {201, 200})
    @PostMapping(Addresses.VERSIONS)
    @Needs(Right.PUBLISH)
    ResponseEntity<VersionView> publish(HttpServletRequest request, @PathVariable String topic) throws IOException {
        TopicNames.check(topic);
        Query query = Writes.query(request, "scope", "meta", "stage", "hold", "ifChanged");
        Map<String, String> metadata = Metadata.of("meta", query.all("meta"));
        checkEncoding(request);
        String type = contentType(request);
        return answer(
                switch (mediaType(type)) {
                    case FORM -> ofForm(request, topic, query, metadata);
                    case PointerBody.MEDIA_TYPE -> ofPointer(request, topic, query, metadata);
                    default -> {
                        checkOpaque(type);
                        Announced announced = new Announced(size(request), Headers.contentDigest(request), type);
                        PublishOrder order = order(request, topic, query, metadata, announced);
                        yield take(query, order, ArrivingBody.of(request));
                    }
                });
    }

    private Published ofForm(HttpServletRequest request, String topic, Query query, Map<String, String> parameters)
            throws IOException {
        refuseDigestOfBody(request);
        // What the address and the headers say wrong is told before the body is read.
        order(request, topic, query, parameters, new Announced(null, ByteString.EMPTY, ""));
        MultipartBody body = MultipartBody.of(request);
        Announced announced = new Announced(null, body.contentDigest(), body.contentType());
        Map<String, String> metadata = Metadata.both(parameters, body.metadata());
        return take(query, order(request, topic, query, metadata, announced), body.payload());
    }

    private Published ofPointer(HttpServletRequest request, String topic, Query query, Map<String, String> parameters)
            throws IOException {
        refuseDigestOfBody(request);
        PointerBody body = PointerBody.of(request);
        Map<String, String> metadata = Metadata.both(parameters, body.metadata());
        PublishOrder order = order(request, topic, query, metadata, body.announced());
        return query.flag(Writes.DRY_RUN)
                ? publisher.dryRun(order, body.locations(), external)
                : publisher.publish(order, body.locations(), external);
    }

    private Published take(Query query, PublishOrder order, InputStream body) {
        return query.flag(Writes.DRY_RUN) ? publisher.dryRun(order, body) : publisher.publish(order, body);
    }

    private static PublishOrder order(
            HttpServletRequest request, String topic, Query query, Map<String, String> metadata, Announced announced) {
        return new PublishOrder(
                topic,
                query.all("scope").stream().map(Scopes::parse).toList(),
                query.flag("stage"),
                metadata,
                Headers.one(request, Headers.IDEMPOTENCY_KEY),
                Headers.expectedVersion(request),
                query.flag("ifChanged"),
                query.text("hold"),
                "",
                announced,
                Headers.who(request));
    }

    private ResponseEntity<VersionView> answer(Published published) {
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
                published.head(),
                published.version(),
                published.version().getRevision(),
                Written.of(published, readers.count(published))));
    }

    private static void checkEncoding(HttpServletRequest request) {
        String encoding = Headers.one(request, "Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw unsupported("Content-Encoding: " + encoding + " (expected: none, the payload as it is)");
        }
    }

    private static void checkOpaque(String type) {
        if (NOT_OPAQUE.stream().anyMatch(type.toLowerCase(Locale.ROOT)::startsWith)) {
            throw unsupported("Content-Type: " + type + " (expected: the payload as the body, under another type, or "
                    + FORM + ", or " + PointerBody.MEDIA_TYPE + ")");
        }
    }

    /** It would be of the body around the payload, and is not looked at: then it must not be believed to be. */
    private static void refuseDigestOfBody(HttpServletRequest request) {
        String digest = Headers.one(request, Headers.CONTENT_DIGEST);
        if (digest != null) {
            throw new InvalidField(
                    Headers.CONTENT_DIGEST, digest, "none; a form has it as a header of its part payload");
        }
    }

    /** In lower case, without its parameters. */
    private static String mediaType(String type) {
        return type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
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
