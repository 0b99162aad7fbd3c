package io.octavo.server.web.openapi;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.servers.Server;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

/** Fills the document with the calls of all controllers, as their mappings and their {@link Call}s say. */
public final class ApiDocument implements OpenApiCustomizer {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";
    private static final String ANY = "*/*";

    private final Supplier<Map<RequestMappingInfo, HandlerMethod>> mappings;
    private final String base;
    private final Class<?> problem;

    /**
     * @param mappings asked when the document is wanted
     * @param base     the path under which the API is
     * @param problem  the record of all refusals
     */
    public ApiDocument(Supplier<Map<RequestMappingInfo, HandlerMethod>> mappings, String base, Class<?> problem) {
        this.mappings = mappings;
        this.base = base;
        this.problem = problem;
    }

    @Override
    public void customise(OpenAPI document) {
        document.setInfo(new Info()
                .title("Octavo")
                .version("v1")
                .description("Versioned datasets: publish, read, pin, explain. Every refusal is a problem document"
                        + " (RFC 9457) with a stable code."));
        document.setServers(List.of(new Server().url("/")));
        document.setTags(null);
        Components components = new Components();
        document.setComponents(components);
        Schemas schemas = new Schemas(components);
        TreeMap<String, PathItem> paths = new TreeMap<>();
        mappings.get().forEach((mapping, method) -> {
            Call call = method.getMethodAnnotation(Call.class);
            for (String path : mapping.getPatternValues()) {
                if (path.startsWith(base) && call != null) {
                    PathItem item = paths.computeIfAbsent(path, p -> new PathItem());
                    for (RequestMethod verb : mapping.getMethodsCondition().getMethods()) {
                        item.operation(
                                PathItem.HttpMethod.valueOf(verb.name()),
                                operation(path, mapping, method, call, schemas));
                    }
                }
            }
        });
        Paths sorted = new Paths();
        paths.forEach(sorted::addPathItem);
        document.setPaths(sorted);
    }

    private Operation operation(
            String path, RequestMappingInfo mapping, HandlerMethod method, Call call, Schemas schemas) {
        String group = method.getBeanType().getSimpleName().replaceFirst("Controller$", "");
        Operation operation = new Operation()
                .operationId(group.substring(0, 1).toLowerCase(Locale.ROOT) + group.substring(1) + "."
                        + method.getMethod().getName())
                .addTagsItem(group)
                .summary(call.value())
                .responses(responses(method, call, schemas));
        Parameters.of(path, call).forEach(operation::addParametersItem);
        Content content = body(mapping, call, schemas);
        if (!content.isEmpty()) {
            operation.requestBody(new RequestBody().required(true).content(content));
        }
        return operation;
    }

    private static Content body(RequestMappingInfo mapping, Call call, Schemas schemas) {
        Content content = new Content();
        if (call.body() != Void.class) {
            mapping.getConsumesCondition()
                    .getConsumableMediaTypes()
                    .forEach(type -> content.addMediaType(
                            type.toString(), new MediaType().schema(schemas.ofRequest(call.body()))));
        }
        for (String type : call.opaqueBody()) {
            content.addMediaType(type, new MediaType());
        }
        return content;
    }

    private ApiResponses responses(HandlerMethod method, Call call, Schemas schemas) {
        ApiResponses responses = new ApiResponses();
        for (int status : call.status()) {
            ApiResponse response =
                    new ApiResponse().description(HttpStatus.valueOf(status).getReasonPhrase());
            if (call.bytes() && status != HttpStatus.NOT_MODIFIED.value()) {
                response.content(new Content().addMediaType(ANY, new MediaType()));
            } else if (status != HttpStatus.NOT_MODIFIED.value()) {
                response.content(json(JSON, schemas.anyOf(answers(method, call, schemas))));
            }
            responses.addApiResponse(Integer.toString(status), response);
        }
        return responses.addApiResponse(
                ApiResponses.DEFAULT,
                new ApiResponse().description("Why not.").content(json(PROBLEM, schemas.ofAnswer(problem))));
    }

    private static List<JsonSchema> answers(HandlerMethod method, Call call, Schemas schemas) {
        Class<?> answered = ResolvableType.forMethodReturnType(method.getMethod())
                .as(ResponseEntity.class)
                .getGeneric(0)
                .resolve(Object.class);
        Class<?>[] answers = answered == Object.class ? call.answers() : new Class<?>[] {answered};
        if (answers.length == 0) {
            throw new IllegalStateException(
                    method + ": nothing (expected: a ResponseEntity of a record, or a @Call that names its answers)");
        }
        return Arrays.stream(answers).map(schemas::ofAnswer).toList();
    }

    private static Content json(String type, JsonSchema schema) {
        return new Content().addMediaType(type, new MediaType().schema(schema));
    }
}
