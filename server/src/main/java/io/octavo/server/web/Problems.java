package io.octavo.server.web;

import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.MissingPayload;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.apache.catalina.connector.ClientAbortException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** The one place that maps what is thrown, and what the container says, to problem documents. */
final class Problems implements HandlerExceptionResolver {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String NO_SUCH_ADDRESS = "no such address: ";

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception thrown) {
        if (isBodyBroken(request, thrown)) {
            // The container has noticed, and will ask for an answer: ours says more than its own.
            request.setAttribute(RequestDispatcher.ERROR_EXCEPTION, thrown);
            return new ModelAndView();
        }
        if (response.isCommitted()) {
            // Part of an answer is out: only a broken connection can say that the rest won't come. The container does.
            return null;
        }
        try {
            if (!isGone(thrown)) {
                of(request, response, thrown).write(response);
            }
        } catch (IOException gone) {
            LOG.debug("request {}: nobody took the answer", RequestIds.of(request), gone);
        }
        return new ModelAndView();
    }

    /** The refusal of what no controller and no file answers to. */
    static ServiceException nothingHere(HttpServletRequest request) {
        return ServiceException.of(ErrorCode.NOT_FOUND, NO_SUCH_ADDRESS + asked(request));
    }

    /** The problem that a throwable is to the caller; sets the headers that belong to it. */
    static Problem of(HttpServletRequest request, HttpServletResponse response, Throwable thrown) {
        String id = RequestIds.of(request);
        if (thrown instanceof ServletException wrapped
                && !(thrown instanceof ErrorResponse)
                && wrapped.getRootCause() != null) {
            return of(request, response, wrapped.getRootCause());
        }
        if (thrown instanceof InvalidField invalid) {
            return Problem.of(invalid, id);
        }
        if (thrown instanceof ServiceException refused) {
            if (refused.code() == ErrorCode.UNAUTHENTICATED) {
                response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"octavo\"");
            }
            Duration retryAfter = refused.retryAfter();
            if (retryAfter != null) {
                long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
                response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
            }
            if (refused.code() != ErrorCode.INTERNAL) {
                return Problem.of(
                        status(refused.code()),
                        refused.code(),
                        String.valueOf(refused.getMessage()),
                        id,
                        refused.findings());
            }
        }
        if (thrown instanceof MissingPayload missing) {
            return Problem.of(
                    status(ErrorCode.GONE), ErrorCode.GONE, "the payload is missing: " + missing.getMessage(), id);
        }
        if (thrown instanceof ErrorResponse byFramework) {
            byFramework.getHeaders().forEach((name, values) -> response.setHeader(name, String.join(", ", values)));
            return ofStatus(request, byFramework.getStatusCode().value(), thrown);
        }
        return ofStatus(request, HttpServletResponse.SC_INTERNAL_SERVER_ERROR, thrown);
    }

    /** The problem that a status of the framework's or the container's is to the caller. */
    static Problem ofStatus(HttpServletRequest request, int status, @Nullable Throwable thrown) {
        String id = RequestIds.of(request);
        String asked = asked(request);
        return switch (status) {
            case 404 -> Problem.of(status, ErrorCode.NOT_FOUND, NO_SUCH_ADDRESS + asked, id);
            case 405 -> Problem.of(status, ErrorCode.METHOD_NOT_ALLOWED, asked + allowed(thrown), id);
            case 413 -> Problem.of(status, ErrorCode.TOO_LARGE, asked + ": the request is too large", id);
            case 415 -> Problem.of(status, ErrorCode.UNSUPPORTED_MEDIA_TYPE, mediaType(request, thrown), id);
            case 416 -> Problem.of(status, ErrorCode.RANGE_NOT_SATISFIABLE, "Range: " + request.getHeader("Range"), id);
            case 429 -> Problem.of(status, ErrorCode.RATE_LIMITED, "too many requests; try again", id);
            case 503 -> Problem.of(status, ErrorCode.UNAVAILABLE, "this node can't serve now; try again", id);
            default -> status >= 400 && status < 500 ? malformed(status, id) : internal(asked, thrown, id);
        };
    }

    static int status(ErrorCode code) {
        return switch (code) {
            case INVALID_ARGUMENT -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case TOPIC_NOT_FOUND, VERSION_NOT_FOUND, PIN_NOT_FOUND, NOT_FOUND -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case TOO_SLOW -> 408;
            case VERSION_CONFLICT,
                    NAME_TAKEN,
                    REQUEST_RUNNING,
                    LED_ELSEWHERE,
                    PINNED,
                    QUARANTINED,
                    VERSION_IN_USE,
                    NO_VERSION_LEFT,
                    HEAD_FULL -> 409;
            case GONE -> 410;
            case STALE_REVISION -> 412;
            case TOO_LARGE -> 413;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case RANGE_NOT_SATISFIABLE -> 416;
            case DIGEST_MISMATCH, IDEMPOTENCY_KEY_REUSED, VALIDATION_FAILED -> 422;
            case PRECONDITION_REQUIRED -> 428;
            case RATE_LIMITED -> 429;
            case UNAVAILABLE -> 503;
            case INTERNAL -> 500;
        };
    }

    private static String asked(HttpServletRequest request) {
        Object failedMethod = request.getAttribute(RequestDispatcher.ERROR_METHOD);
        Object failedPath = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        return (failedMethod == null ? request.getMethod() : failedMethod)
                + " "
                + (failedPath == null ? request.getRequestURI() : failedPath);
    }

    private static Problem malformed(int status, String id) {
        return Problem.of(
                status,
                ErrorCode.INVALID_ARGUMENT,
                "the request is not well-formed, or its line and headers are larger than this server takes",
                id);
    }

    private static Problem internal(String asked, @Nullable Throwable thrown, String id) {
        LOG.error("request {} failed: {}", id, asked, thrown);
        return Problem.of(
                HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
                ErrorCode.INTERNAL,
                "a fault of this service; its log tells more under the request id",
                id);
    }

    private static String allowed(@Nullable Throwable thrown) {
        return thrown instanceof HttpRequestMethodNotSupportedException e && e.getSupportedMethods() != null
                ? " (expected: " + String.join(", ", e.getSupportedMethods()) + ")"
                : ": not allowed";
    }

    private static String mediaType(HttpServletRequest request, @Nullable Throwable thrown) {
        return "Content-Type: " + request.getContentType()
                + (thrown instanceof HttpMediaTypeNotSupportedException e
                        ? " (expected: " + e.getSupportedMediaTypes() + ")"
                        : "");
    }

    /** Whether the container failed to read the body, of which was thrown what that means. */
    private static boolean isBodyBroken(HttpServletRequest request, Exception thrown) {
        return (thrown instanceof ServiceException || thrown instanceof InvalidField)
                && request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof IOException;
    }

    /** Whether nobody is there any more to take an answer. */
    private static boolean isGone(Exception thrown) {
        return thrown instanceof ClientAbortException
                || (thrown instanceof UncheckedIOException e && e.getCause() instanceof ClientAbortException);
    }
}
