package io.octavo.server.publish;

import io.octavo.server.validation.PayloadChecks;
import io.octavo.server.validation.ValidationConfig;
import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** The checks of payloads, with the defaults. */
public final class TestChecks {
    public static final PayloadChecks CHECKS = new PayloadChecks(
            new ValidationConfig(DataSize.ofMegabytes(4), DataSize.ofMegabytes(64), 2, Duration.ofSeconds(10)),
            System::nanoTime);

    private TestChecks() {}
}
