package io.octavo.server.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.Part;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.Validation;
import io.octavo.protocol.VersionRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeRulesTest {
    @ParameterizedTest
    @CsvSource({
        "100, 10, 90, 110",
        "3, 50, 2, 4",
        "1, 10, 1, 1",
        "1000, 100, 0, 2000",
        "1000, 10000, 0, 101000",
        "53687091200, 10000, 0, 5422396211200",
    })
    void theChangeIsMeasuredAgainstTheNewestPublishedVersion(long size, int percent, long least, long most) {
        SizeRules rules = SizeRules.of(head(size, Validation.newBuilder().setMaxSizeChange(percent)));

        assertThat(rules.least()).isEqualTo(least);
        assertThat(rules.most()).isEqualTo(most);
        rules.check(least);
        rules.check(most);
        assertThatThrownBy(() -> rules.check(most + 1))
                .hasMessageContaining("payload.size: " + (most + 1))
                .hasMessageContaining(percent + " % of the " + size + " bytes of version 7; if it is right, change");
    }

    @Test
    void withNothingToMeasureAgainstAnySizeWillDo() {
        SizeRules.of(head(0, Validation.newBuilder().setMaxSizeChange(1))).check(Long.MAX_VALUE);
        SizeRules.of(head(9, Validation.newBuilder())).check(0);
        SizeRules.of(TopicHead.getDefaultInstance()).check(7);
    }

    @Test
    void theNarrowestOfAllRulesHolds() {
        SizeRules rules = SizeRules.of(
                head(100, Validation.newBuilder().setMinSize(95).setMaxSize(200).setMaxSizeChange(10)));

        assertThat(rules.least()).isEqualTo(95);
        assertThat(rules.most()).isEqualTo(110);
        assertThat(rules.why()).startsWith("validation.minSize and validation.maxSize and validation.maxSizeChange");
    }

    /** A head whose newest published version is 7, beside a pinned one that is newer. */
    private static TopicHead head(long size, Validation.Builder rules) {
        TopicHead.Builder head = TopicHead.newBuilder()
                .addPublications(Publication.newBuilder().setVersion(3))
                .addPublications(Publication.newBuilder().setVersion(7))
                .addVersions(version(3, 1_000_000))
                .addVersions(version(7, size))
                .addVersions(version(9, 5));
        head.getSettingsBuilder().setValidation(rules);
        return head.build();
    }

    private static VersionRecord version(long number, long size) {
        return VersionRecord.newBuilder()
                .setVersion(number)
                .addParts(Part.newBuilder().setSize(size))
                .build();
    }
}
