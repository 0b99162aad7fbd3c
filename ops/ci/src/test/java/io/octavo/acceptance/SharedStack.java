package io.octavo.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the one {@link Stack} of a run: started by the first that wants it, stopped after the last. */
final class SharedStack implements ParameterResolver {
    private static final Namespace HERE = Namespace.create(SharedStack.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Stack.class;
    }

    @Override
    public Stack resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot().getStore(HERE).computeIfAbsent(Stack.class, key -> start(), Stack.class);
    }

    private static Stack start() {
        try {
            return Stack.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
