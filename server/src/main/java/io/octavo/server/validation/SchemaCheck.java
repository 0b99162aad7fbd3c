package io.octavo.server.validation;

import com.networknt.schema.Error;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.Schema;
import java.io.Reader;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Holds documents against one schema. For one thread. */
final class SchemaCheck {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaCheck.class);

    private final SchemaRuns runs;
    private final Deadline deadline;
    private final Schema schema;

    /** @param schema was looked at when it was set */
    SchemaCheck(String schema, SchemaRuns runs) {
        this.runs = runs;
        this.deadline = runs.deadline();
        this.schema = Schemas.compile(Json.read(schema), deadline);
    }

    /**
     * Looks at a document when its turn has come.
     *
     * @param place the document's field
     * @throws JacksonException if it is no JSON
     */
    void run(Supplier<Reader> text, String place, Findings findings) {
        runs.inTurn(() -> {
            JsonNode document = Json.read(text.get());
            if (document.isMissingNode()) {
                throw Findings.refusal(place, "nothing", "a JSON value");
            }
            hold(document, place, findings);
        });
    }

    private void hold(JsonNode document, String place, Findings findings) {
        BoundedRun run = new BoundedRun(deadline);
        deadline.begin();
        try {
            schema.validate(run, document, OutputFormat.DEFAULT);
        } catch (BoundedRun.Enough enough) {
            // Told below.
        } catch (Deadline.Passed | BoundedRun.TooMany tooMuch) {
            findings.add(place, String.valueOf(tooMuch.getMessage()), "a schema and a document that need less");
        } catch (StackOverflowError endless) {
            findings.add(place, "a recursion without end", "a schema that comes to an end");
        } catch (RuntimeException unforeseen) {
            LOG.warn("a schema could not be applied", unforeseen);
            findings.add(place, "nobody can say: " + unforeseen, "a document that the schema can be applied to");
        }
        for (Error error : run.found()) {
            findings.add(
                    place + "#" + error.getInstanceLocation(),
                    shown(error.getInstanceNode()),
                    String.valueOf(error.getMessage()));
        }
    }

    private static String shown(JsonNode node) {
        return node.isContainer() ? (node.isArray() ? "an array of " : "an object of ") + node.size() : node.toString();
    }
}
