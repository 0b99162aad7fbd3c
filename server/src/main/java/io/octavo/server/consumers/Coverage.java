package io.octavo.server.consumers;

/**
 * How much of the fleet an answer knows of.
 *
 * @param nodesAnswered subscribe nodes that said what their consumers report
 * @param nodes         subscribe nodes that there are
 * @param notRecorded   instances that poll them and are not kept for want of memory, about
 */
public record Coverage(int nodesAnswered, int nodes, long notRecorded) {
    /** Whether there may be no more than what is told. */
    public boolean isComplete() {
        return nodes > 0 && nodesAnswered == nodes && notRecorded == 0;
    }
}
