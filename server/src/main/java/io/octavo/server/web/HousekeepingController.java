package io.octavo.server.web;

import io.octavo.server.housekeeping.Housekeeping;
import io.octavo.server.security.Right;
import io.octavo.server.web.TaskView.Tasks;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The tasks of housekeeping, and runs of them on demand. */
@RestController
final class HousekeepingController {
    private final Housekeeping housekeeping;

    HousekeepingController(Housekeeping housekeeping) {
        this.housekeeping = housekeeping;
    }

    @Call("The tasks of housekeeping, as this node sees them.")
    @GetMapping(Addresses.HOUSEKEEPING)
    @Needs(Right.LIST)
    ResponseEntity<Tasks> list(HttpServletRequest request) {
        Query.of(request);
        return Answers.ok()
                .body(new Tasks(housekeeping.tasks().stream().map(TaskView::of).toList()));
    }

    /**
     * What the task has stopped because it is more than usual goes, if {@code confirm} names what was shown. Answers when the run has ended, or before it begins: with how the task stood, to tell when it does
     * not any more.
     */
    @Call(
            value = "Runs a task of housekeeping, and answers what it did.",
            query = {"noWait", "confirm"},
            status = {200, 202},
            answers = {TaskView.Run.class, TaskView.class})
    @PostMapping(Addresses.HOUSEKEEPING_RUNS)
    @Needs(Right.ADMINISTER)
    ResponseEntity<?> run(HttpServletRequest request, @PathVariable String task) {
        Query query = Query.of(request, "noWait", "confirm");
        String seen = query.text("confirm");
        if (seen != null) {
            housekeeping.confirm(task, seen);
        }
        return query.flag("noWait")
                ? Answers.with(202).body(TaskView.of(housekeeping.request(task)))
                : Answers.ok().body(TaskView.Run.of(housekeeping.run(task)));
    }
}
