package io.octavo.server.payload;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/** Calls to a region's store: each is timed, and one that fails says which region it was. */
record S3Calls(String region, MeterRegistry meters) {
    <T extends @Nullable Object> T call(String operation, Supplier<T> remote) {
        Timer.Sample sample = Timer.start(meters);
        String outcome = "failed";
        try {
            T answer = remote.get();
            outcome = "ok";
            return answer;
        } catch (MissingPayload e) {
            outcome = "missing";
            throw e;
        } catch (SdkException e) {
            throw S3Failures.unavailable(region, operation, e);
        } finally {
            sample.stop(meters.timer("octavo.s3.calls", "region", region, "operation", operation, "outcome", outcome));
        }
    }
}
