package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every list of open uploads does. */
public abstract class OpenUploadsContract {
    private final Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS);
    private final OpenUploads uploads = uploads(() -> now);

    /** A new list with that clock, and nothing on it. */
    protected abstract OpenUploads uploads(InstantSource clock);

    @Test
    void whatIsBegunIsFoundByItsKeyUntilItIsRemoved() {
        OpenUpload upload = upload("a", "key", 1);
        assertThat(uploads.find("a", "key")).isNull();
        assertThat(uploads.putIfAbsent(upload)).isEqualTo(upload);
        assertThat(uploads.find("a", "key")).isEqualTo(upload);
        assertThat(uploads.find("a", "other")).isNull();
        assertThat(uploads.find("b", "key")).isNull();

        uploads.remove(upload);
        uploads.remove(upload);
        assertThat(uploads.find("a", "key")).isNull();
    }

    @Test
    void ofTwoWithOneKeyTheFirstStands() {
        OpenUpload first = upload("a", "key", 1);
        uploads.putIfAbsent(first);
        assertThat(uploads.putIfAbsent(upload("a", "key", 2))).isEqualTo(first);
        assertThat(uploads.putIfAbsent(first)).as("repeated").isEqualTo(first);
    }

    @Test
    void removingOneLeavesAnotherWithItsKeyAlone() {
        OpenUpload next = upload("a", "key", 2);
        uploads.putIfAbsent(next);
        uploads.remove(upload("a", "key", 1));
        assertThat(uploads.find("a", "key")).isEqualTo(next);
    }

    @Test
    void thoseOfATopicAreCountedUpToABound() {
        for (int i = 0; i < 3; i++) {
            uploads.putIfAbsent(upload("a", "key-" + i, i + 1));
        }
        uploads.putIfAbsent(upload("b", "key", 9));
        assertThat(uploads.count("a", 5)).isEqualTo(3);
        assertThat(uploads.count("a", 2)).isEqualTo(2);
        assertThat(uploads.count("c", 2)).isZero();
    }

    private OpenUpload upload(String topic, String key, long id) {
        return new OpenUpload(
                topic,
                key,
                id,
                50L << 30,
                ByteString.copyFrom(new byte[32]),
                8 << 20,
                Map.of("eu", "one/attempt", "us", "another"),
                now.plus(Duration.ofHours(1)));
    }
}
