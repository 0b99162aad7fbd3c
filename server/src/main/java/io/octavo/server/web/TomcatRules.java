package io.octavo.server.web;

import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.coyote.ContinueResponseTiming;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/** What the container must not do by itself. */
final class TomcatRules implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addConnectorCustomizers(TomcatRules::connector);
        factory.addContextCustomizers(TomcatRules::context);
    }

    private static void connector(Connector connector) {
        // A form is a payload like any other: its bytes are not to be eaten as parameters.
        connector.setParseBodyMethods("");
        if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
            // Who asks before sending a large body is told to go on only once the request is found good.
            http.setContinueResponseTiming(ContinueResponseTiming.ON_REQUEST_BODY_READ.toString());
        }
    }

    private static void context(Context context) {
        if (context.getParent() instanceof StandardHost host) {
            host.setErrorReportValveClass(ProblemValve.class.getName());
        }
    }
}
