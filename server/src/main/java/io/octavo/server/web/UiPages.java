package io.octavo.server.web;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.PathResourceResolver;

/** The web UI's files: assets, whose names change with their content, are cached for ever; the page never. */
final class UiPages implements WebMvcConfigurer {
    private static final String FILES = "classpath:/META-INF/resources/ui/";
    private static final String PAGE = "index.html";
    private static final Duration FOR_EVER = Duration.ofDays(365);

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addRedirectViewController("/", "/ui/");
        registry.addRedirectViewController("/ui", "/ui/");
        registry.addViewController("/ui/").setViewName("forward:/ui/" + PAGE);
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/ui/assets/**")
                .addResourceLocations(FILES + "assets/")
                .setCacheControl(CacheControl.maxAge(FOR_EVER).cachePublic().immutable());
        registry.addResourceHandler("/ui/**")
                .addResourceLocations(FILES)
                .setCacheControl(CacheControl.noCache())
                .resourceChain(true)
                .addResolver(new DeepLinks());
    }

    /** Pages that the UI itself tells apart are all the same file; what looks like a file is one, or is not there. */
    private static final class DeepLinks extends PathResourceResolver {
        @Override
        protected @Nullable Resource getResource(String path, Resource location) throws IOException {
            Resource file = super.getResource(path, location);
            boolean isFile = path.substring(path.lastIndexOf('/') + 1).contains(".") && !path.startsWith("topics/");
            return file != null || isFile ? file : super.getResource(PAGE, location);
        }
    }
}
