package io.octavo.server.web;

import io.octavo.rules.FallbackKeys.Position;
import io.octavo.server.housekeeping.FallbackVerification;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found of a page of topics.
 *
 * @param topics   how many were looked at
 * @param payloads how many payloads were read for it
 */
record FallbackView(
        int topics,
        int payloads,
        List<Difference> differences,
        @Nullable String nextPageToken) {
    /**
     * Something that a region lacks or has wrong.
     *
     * @param topic    absent if a region could not be asked at all
     * @param log      where the topic stands; absent if it is not known
     * @param exported where the region's newest head stands; absent if there is none
     * @param version  whose payload it is about; absent if it is about the head
     */
    record Difference(
            @Nullable String topic,
            String region,
            FallbackVerification.Kind kind,
            @Nullable Place log,
            @Nullable Place exported,
            @Nullable Long version,
            @Nullable String detail) {}

    /** A topic's epoch and revision. */
    record Place(long epoch, long revision) {}

    static FallbackView of(FallbackVerification.Page page, @Nullable String nextPageToken) {
        return new FallbackView(
                page.topics(),
                page.payloads(),
                page.differences().stream().map(FallbackView::of).toList(),
                nextPageToken);
    }

    private static Difference of(FallbackVerification.Difference difference) {
        return new Difference(
                difference.topic().isEmpty() ? null : difference.topic(),
                difference.region(),
                difference.kind(),
                place(difference.inLog()),
                place(difference.exported()),
                difference.version() == 0 ? null : difference.version(),
                difference.detail().isEmpty() ? null : difference.detail());
    }

    private static @Nullable Place place(@Nullable Position position) {
        return position == null ? null : new Place(position.epoch(), position.revision());
    }
}
