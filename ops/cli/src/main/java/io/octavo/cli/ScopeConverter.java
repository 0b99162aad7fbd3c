package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a scope that was given as an option, and answers it as scopes are written. Never an empty one. */
final class ScopeConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        try {
            return Scopes.format(Scopes.parse(text));
        } catch (InvalidField e) {
            throw new TypeConversionException(text.isEmpty() ? "it is empty; everybody is written *" : e.getMessage());
        }
    }
}
