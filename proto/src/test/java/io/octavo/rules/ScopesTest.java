package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ScopesTest {
    private static final Consumer BLUE = Fleet.consumer("eu", "recs", "blue", "host-1");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "*;*",
                "region=eu;region=eu",
                "app=recs;app=recs",
                "cluster=blue;cluster=blue",
                "cluster=blue,app=recs,region=eu;region=eu,app=recs,cluster=blue",
                "app=A.b_c-9,region=EU;region=EU,app=A.b_c-9",
                "region=region;region=region"
            })
    void readsKeysInAnyOrderAndWritesThemInOne(String text, String written) {
        assertThat(Scopes.format(Scopes.parse(text))).isEqualTo(written);
    }

    @Test
    void starIsEverybody() {
        assertThat(Scopes.parse("*")).isEqualTo(Scopes.GLOBAL);
        assertThat(Scopes.matches(Scopes.GLOBAL, BLUE)).isTrue();
        assertThat(Scopes.matches(Scopes.GLOBAL, Consumer.getDefaultInstance())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\t",
                "\n",
                ",",
                "=",
                "**",
                " *",
                "*,region=eu",
                "region",
                "region=",
                "region=*",
                "=eu",
                "region=eu,",
                ",region=eu",
                "region=eu,,app=recs",
                "region=eu,app=",
                "region=eu region=us",
                "region=eu,region=us",
                "region=eu,region=eu",
                "app=recs,cluster=blue,app=recs",
                "region=eu,app=recs,cluster=blue,region=eu",
                "region=eu,app=recs,cluster=blue,",
                "zone=a",
                "Region=eu",
                "instance=host-1",
                "region=eu,zone=a",
                " region=eu",
                "region= eu",
                "region=eu ",
                "region=eu\n",
                "region=eu, app=recs",
                "region==eu",
                "region=e=u",
                "region=eu;app=recs",
                "region=eu%2Capp=recs",
                "region=\u00e9u",
                "region=\u0435u",
                "r\u00e9gion=eu",
                "region=\u6771\u4eac",
                "region=\uD83D\uDE80",
                "region=eu\u0000",
                "region=eu\u200b",
                "region\uff1deu"
            })
    void refusesWhatIsNoScope(String text) {
        assertThatThrownBy(() -> Scopes.parse(text)).isInstanceOfSatisfying(InvalidField.class, refusal -> {
            assertThat(refusal.field()).isEqualTo("scope");
            assertThat(refusal.value()).isEqualTo(text);
            assertThat(refusal.expected()).startsWith("* or region=…");
        });
    }

    @Test
    void valuesHaveUpTo128Characters() {
        String longest = "x".repeat(128);
        assertThat(Scopes.parse("app=" + longest).getApp()).isEqualTo(longest);
        assertThatThrownBy(() -> Scopes.parse("app=x" + longest)).isInstanceOf(InvalidField.class);
    }

    @Test
    void refusesAVeryLongTextAndShowsItsBeginningOnly() {
        assertThatThrownBy(() -> Scopes.parse("region=eu,".repeat(1_000_000)))
                .isInstanceOf(InvalidField.class)
                .message()
                .hasSizeLessThan(500);
    }

    @Test
    void checkAnswersAScopeThatCanBeOne() {
        Scope scope = Scopes.parse("region=eu,cluster=blue");
        assertThat(Scopes.check(scope)).isSameAs(scope);
        assertThat(Scopes.check(Scopes.GLOBAL)).isSameAs(Scopes.GLOBAL);
    }

    @Test
    void checkDoesNotReadAValueAsSeveralKeys() {
        Scope smuggled = Scope.newBuilder().setRegion("eu,app=recs").build();
        assertThatThrownBy(() -> Scopes.check(smuggled))
                .hasMessage(
                        "scope.region: eu,app=recs (expected: 1 to 128 of A-Z, a-z, 0-9, dot, underscore and dash)");
    }

    @Test
    void checkNamesTheFieldThatIsWrong() {
        assertThatThrownBy(() -> Scopes.check(Scope.newBuilder().setApp(" ").build()))
                .hasMessageStartingWith("scope.app:");
        assertThatThrownBy(() -> Scopes.check(
                        Scope.newBuilder().setApp("recs").setCluster("*").build()))
                .hasMessageStartingWith("scope.cluster:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "region=eu;true",
                "app=recs;true",
                "cluster=blue;true",
                "region=eu,app=recs,cluster=blue;true",
                "region=us;false",
                "region=EU;false",
                "region=us,app=recs,cluster=blue;false",
                "region=eu,app=ads;false",
                "region=eu,app=recs,cluster=green;false"
            })
    void aConsumerBelongsToAScopeIfEveryNamedKeyIsItsOwn(String scope, boolean belongs) {
        assertThat(Scopes.matches(Scopes.parse(scope), BLUE)).isEqualTo(belongs);
    }

    @Test
    void whoDoesNotSayItsRegionBelongsToNoScopeThatNamesOne() {
        assertThat(Scopes.matches(Scopes.parse("region=eu"), Consumer.getDefaultInstance()))
                .isFalse();
    }

    @Test
    void clusterIsMoreSpecificThanAppAndAppThanRegion() {
        List<String> fromWideToNarrow = List.of(
                "*",
                "region=eu",
                "app=recs",
                "region=eu,app=recs",
                "cluster=blue",
                "region=eu,cluster=blue",
                "app=recs,cluster=blue",
                "region=eu,app=recs,cluster=blue");
        assertThat(fromWideToNarrow.stream().map(Scopes::parse).map(Scopes::specificity))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void aScopeCoversItselfAndWhatNamesMore() {
        Scope eu = Scopes.parse("region=eu");
        Scope euRecs = Scopes.parse("region=eu,app=recs");
        assertThat(Scopes.covers(eu, eu)).isTrue();
        assertThat(Scopes.covers(eu, euRecs)).isTrue();
        assertThat(Scopes.covers(Scopes.GLOBAL, euRecs)).isTrue();
        assertThat(Scopes.covers(euRecs, eu)).isFalse();
        assertThat(Scopes.covers(eu, Scopes.GLOBAL)).isFalse();
        assertThat(Scopes.covers(Scopes.parse("region=us"), euRecs)).isFalse();
        assertThat(Scopes.covers(Scopes.parse("app=recs"), eu)).isFalse();
    }

    @Test
    void whatAScopeCoversMatchesNobodyElse() {
        Seeds.forEach(3_000, random -> {
            Scope wide = Fleet.scope(random);
            Scope narrow = Fleet.scope(random);
            Consumer consumer = Fleet.consumer(random);
            if (Scopes.covers(wide, narrow) && Scopes.matches(narrow, consumer)) {
                assertThat(Scopes.matches(wide, consumer)).isTrue();
            }
            if (Scopes.matches(wide, consumer)
                    && Scopes.matches(narrow, consumer)
                    && Scopes.specificity(wide) == Scopes.specificity(narrow)) {
                assertThat(wide).isEqualTo(narrow);
            }
            assertThat(Scopes.parse(Scopes.format(wide))).isEqualTo(wide);
        });
    }

    @Test
    void scopesOverlapIfSomebodyBelongsToBoth() {
        assertThat(Scopes.overlap(Scopes.parse("region=eu"), Scopes.parse("app=recs")))
                .isTrue();
        assertThat(Scopes.overlap(Scopes.GLOBAL, Scopes.parse("cluster=blue"))).isTrue();
        assertThat(Scopes.overlap(Scopes.parse("region=eu"), Scopes.parse("region=us,app=recs")))
                .isFalse();
        Seeds.forEach(3_000, random -> {
            Scope one = Fleet.scope(random);
            Scope other = Fleet.scope(random);
            Consumer consumer = Fleet.consumer(random);
            if (Scopes.matches(one, consumer) && Scopes.matches(other, consumer)) {
                assertThat(Scopes.overlap(one, other)).isTrue();
            }
            assertThat(Scopes.overlap(one, other)).isEqualTo(Scopes.overlap(other, one));
        });
    }

    @Test
    void scopesAreListedByRegionThenAppThenCluster() {
        assertThat(List.of("app=recs", "region=us", "region=eu,app=recs", "*", "region=eu", "cluster=blue").stream()
                        .map(Scopes::parse)
                        .sorted(Scopes.ORDER)
                        .map(Scopes::format))
                .containsExactly("*", "cluster=blue", "app=recs", "region=eu", "region=eu,app=recs", "region=us");
    }
}
