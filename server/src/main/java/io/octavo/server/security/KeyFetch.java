package io.octavo.server.security;

import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.URL;

/** Fetches an issuer's keys, within a time and a size, and measures it. */
final class KeyFetch implements ResourceRetriever {
    private static final int LARGEST = 256 << 10;

    private final ResourceRetriever http;
    private final MeterRegistry meters;

    KeyFetch(OidcConfig config, MeterRegistry meters) {
        int millis = (int) config.timeout().toMillis();
        this.http = new DefaultResourceRetriever(millis, millis, LARGEST);
        this.meters = meters;
    }

    @Override
    public Resource retrieveResource(URL url) throws IOException {
        Timer.Sample sample = Timer.start(meters);
        String outcome = "failed";
        try {
            Resource keys = http.retrieveResource(url);
            outcome = "ok";
            return keys;
        } finally {
            sample.stop(meters.timer("octavo.security.keys", "outcome", outcome));
        }
    }
}
