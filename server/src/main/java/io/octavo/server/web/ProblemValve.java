package io.octavo.server.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what the container itself refuses, before any of our code sees it, as a problem document too. Public, with a
 * constructor without parameters, because the container makes it by its name.
 */
public final class ProblemValve extends ErrorReportValve {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemValve.class);

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        super.invoke(request, response);
        if (!request.isAsync()) {
            LeftoverBody.take(request.getCoyoteRequest(), response);
        }
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable thrown) {
        int status = response.getStatus();
        boolean isReported = status < HttpServletResponse.SC_BAD_REQUEST
                || response.getContentWritten() > 0
                || !response.setErrorReported();
        if (isReported) {
            return;
        }
        try {
            Problems.ofStatus(request, status, thrown).write(response);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            LOG.debug("nobody took the answer with status {}", status, e);
        }
    }
}
