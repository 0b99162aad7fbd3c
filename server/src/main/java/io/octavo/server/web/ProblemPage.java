package io.octavo.server.web;

import io.octavo.server.security.Right;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Where the container goes with what filters and servlets refuse outside of any controller. */
@Controller
final class ProblemPage implements ErrorController {
    @RequestMapping("${spring.web.error.path:${error.path:/error}}")
    @Needs(Right.NONE)
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            // Nothing to add: the container breaks the connection, which is how the caller learns of it.
            return;
        }
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        Throwable thrown = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable t ? t : null;
        int code = status instanceof Integer known ? known : HttpServletResponse.SC_NOT_FOUND;
        Problem problem =
                thrown == null ? Problems.ofStatus(request, code, null) : Problems.of(request, response, thrown);
        problem.write(response);
    }
}
