package io.octavo.server.housekeeping;

import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.topic.TopicLog;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * All that an installation keeps, in memory or for real.
 *
 * @param directIds  the ids of all direct payloads there are
 * @param unfinished uploads to S3 that were begun and not finished
 * @param buckets    of each region
 */
public record Stores(
        TopicLog log,
        DirectPayloads direct,
        Supplier<Set<Long>> directIds,
        UploadLedger ledger,
        Supplier<List<String>> unfinished,
        List<? extends SmallObjects> buckets) {}
