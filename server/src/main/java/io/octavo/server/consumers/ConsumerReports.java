package io.octavo.server.consumers;

import io.octavo.protocol.CountAdoptionsRequest;
import io.octavo.protocol.CountAdoptionsResponse;
import io.octavo.protocol.CountConsumersRequest;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.CountMovesRequest;
import io.octavo.protocol.CountMovesResponse;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.ListUsedTopicsRequest;
import io.octavo.protocol.ListUsedTopicsResponse;

/**
 * What the consumers that poll one subscribe node have reported. Answers from memory; thread-safe. Throws a
 * {@link io.octavo.server.errors.ServiceException} UNAVAILABLE while the node doesn't know what they are to run.
 */
public interface ConsumerReports {
    /** Consumers with what they run, in order. */
    ListConsumersResponse list(ListConsumersRequest request);

    /** How many run what, of one topic. */
    CountConsumersResponse count(CountConsumersRequest request);

    /** How many a change of a topic moves from what to what. */
    CountMovesResponse countMoves(CountMovesRequest request);

    /** Which topics somebody has polled or read in the last day. */
    ListUsedTopicsResponse listUsed(ListUsedTopicsRequest request);

    /** How they took up the versions of one topic. */
    CountAdoptionsResponse countAdoptions(CountAdoptionsRequest request);
}
