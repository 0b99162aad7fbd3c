package io.octavo.server.web;

import io.octavo.server.security.Tokens;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Making and revoking tokens, on publish nodes with security on. Needs {@link Tokens}. */
@Configuration(proxyBeanMethods = false)
public class TokenApi {
    @Bean
    TokensController tokensController(Tokens tokens) {
        return new TokensController(tokens);
    }
}
