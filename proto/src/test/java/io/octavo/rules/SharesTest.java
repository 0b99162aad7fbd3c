package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class SharesTest {
    private static final int INSTANCES = 10_000;
    private static final int TENTHS = 10;

    @Test
    void everyVectorOfTheProtocolHolds() throws IOException {
        List<String[]> vectors = vectors();
        assertThat(vectors).hasSizeGreaterThanOrEqualTo(40);
        assertThat(vectors)
                .allSatisfy(vector -> assertThat(Shares.bucket(vector[0], vector[1]))
                        .as("salt '%s', instance '%s'", vector[0], vector[1])
                        .isEqualTo(Integer.parseInt(vector[2])));
    }

    @Test
    void vectorsReachBothEndsOfTheBuckets() throws IOException {
        assertThat(vectors()).extracting(vector -> vector[2]).contains("0", "9999");
    }

    @Test
    void aPublicationWithoutShareIsForEverybody() {
        assertThat(Shares.includes(Fleet.publication(1, "*"), "host-1")).isTrue();
        assertThat(Shares.includes(Fleet.publication(1, "*"), "")).isTrue();
    }

    @Test
    void anInstanceIsInWhenItsBucketIsBelowTheBound() {
        int bucket = Shares.bucket("salt", "instance");
        assertThat(bucket).isEqualTo(8596);
        assertThat(Shares.includes(Fleet.publication(1, "*", "salt", bucket), "instance"))
                .isFalse();
        assertThat(Shares.includes(Fleet.publication(1, "*", "salt", bucket + 1), "instance"))
                .isTrue();
    }

    @Test
    void aShareThatGrowsKeepsWhoWasIn() {
        Seeds.forEach(2_000, random -> {
            String instance = "host-" + random.nextInt(INSTANCES);
            int bound = 1 + random.nextInt(Shares.BUCKETS - 2);
            int grown = bound + 1 + random.nextInt(Shares.BUCKETS - 1 - bound);
            if (Shares.includes(Fleet.publication(1, "*", "salt", bound), instance)) {
                assertThat(Shares.includes(Fleet.publication(1, "*", "salt", grown), instance))
                        .isTrue();
            }
        });
    }

    /**
     * 10,000 instances over 10 tenths of the buckets: 1000 expected in each, standard deviation 30. Six of them are left
     * to either side; the salts are fixed, so the test can't fail by chance.
     */
    @Test
    void instancesAreSpreadEvenlyWhateverTheSalt() {
        for (String salt : List.of("", "0", "salt", "k2Jx9QmZ", "x".repeat(100))) {
            int[] counts = new int[TENTHS];
            for (int i = 0; i < INSTANCES; i++) {
                counts[tenth(salt, i)]++;
            }
            assertThat(Arrays.stream(counts)).as("salt '%s'", salt).allMatch(count -> count > 820 && count < 1180);
        }
    }

    /** Whoever is in a tenth by one salt is spread over all tenths by another: 100 expected, standard deviation 9.5. */
    @Test
    void anotherSaltDrawsOtherInstances() {
        int[][] counts = new int[TENTHS][TENTHS];
        for (int i = 0; i < INSTANCES; i++) {
            counts[tenth("one", i)][tenth("other", i)]++;
        }
        assertThat(Arrays.stream(counts).flatMapToInt(Arrays::stream)).allMatch(count -> count > 43 && count < 157);
    }

    private static int tenth(String salt, int instance) {
        return Shares.bucket(salt, "host-" + instance) / (Shares.BUCKETS / TENTHS);
    }

    /** Made by another implementation of SHA-256 and of the arithmetic; the first line names the columns. */
    private static List<String[]> vectors() throws IOException {
        try (InputStream vectors = SharesTest.class.getResourceAsStream("/octavo/v1/share-vectors.tsv")) {
            return new String(Objects.requireNonNull(vectors).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .toList();
        }
    }
}
