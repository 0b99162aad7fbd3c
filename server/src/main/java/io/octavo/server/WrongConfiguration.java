package io.octavo.server;

import io.octavo.rules.InvalidField;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells a configuration that can't be taken in one line, instead of a stack trace. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class WrongConfiguration extends AbstractFailureAnalyzer<InvalidField> {
    @Override
    protected FailureAnalysis analyze(Throwable failure, InvalidField cause) {
        return new FailureAnalysis(
                String.valueOf(cause.getMessage()), "Change the configuration, then start again.", failure);
    }
}
