package io.octavo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.Scope;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PermissionsTest {
    private static final List<Scope> EU = List.of(Scopes.parse("region=eu"));

    @ParameterizedTest
    @CsvSource({
        "NONE, READER",
        "LIST, READER",
        "READ, READER",
        "PUBLISH, PUBLISHER",
        "ADD_SCOPE, PUBLISHER",
        "ADD_SCOPE_TO_OTHERS, OPERATOR",
        "HOLD, PUBLISHER",
        "PIN, OPERATOR",
        "ROLLBACK, OPERATOR",
        "WITHDRAW, OPERATOR",
        "QUARANTINE, OPERATOR",
        "CHANGE_SETTINGS, OPERATOR",
        "DELETE, ADMIN",
        "ADMINISTER, ADMIN"
    })
    void eachRightTakesItsRoleOrMore(Right right, AccessRole least) {
        for (AccessRole role : AccessRole.values()) {
            boolean may = role.compareTo(least) >= 0;
            assertThat(allows(who(Grant.ofAll(role)), right, "prices", List.of()))
                    .as(role.word())
                    .isEqualTo(may);
        }
        assertThat(allows(who(), right, "prices", List.of())).isEqualTo(right == Right.NONE);
    }

    @ParameterizedTest
    @EnumSource(Right.class)
    void aRoleOnOtherTopicsIsNone(Right right) {
        Identity other = who(Grant.parse("admin team-a.*"));
        boolean needsThisTopic = right.isOfTopic() || right == Right.ADMINISTER;
        assertThat(allows(other, right, "prices", List.of())).isEqualTo(!needsThisTopic);
        assertThat(allows(other, right, "team-a.prices", List.of())).isEqualTo(right != Right.ADMINISTER);
    }

    @Test
    void anOperatorBoundToAScopeActsWithinItOnly() {
        Identity bound = who(Grant.parse("operator prices* region=eu"));
        for (Right right : List.of(Right.PIN, Right.ROLLBACK, Right.WITHDRAW, Right.PUBLISH)) {
            assertThat(allows(bound, right, "prices", EU)).isTrue();
            assertThat(allows(bound, right, "prices", List.of(Scopes.parse("region=eu,app=shop"))))
                    .isTrue();
            assertThat(allows(bound, right, "prices", List.of(Scopes.parse("region=us"))))
                    .isFalse();
            assertThat(allows(bound, right, "prices", List.of(Scopes.parse("region=us"), EU.get(0))))
                    .isFalse();
            assertThat(allows(bound, right, "prices", List.of(Scopes.GLOBAL))).isFalse();
            assertThat(allows(bound, right, "prices", List.of())).isFalse();
        }
        assertThat(allows(bound, Right.QUARANTINE, "prices", List.of())).isFalse();
        assertThat(allows(bound, Right.CHANGE_SETTINGS, "prices", List.of())).isFalse();
        assertThat(allows(bound, Right.HOLD, "prices", List.of())).isTrue();
        assertThat(allows(bound, Right.READ, "prices", List.of())).isTrue();
    }

    @Test
    void whereScopesComeLaterTheTopicIsAskedFor() {
        Identity bound = who(Grant.parse("operator prices* region=eu"));
        assertThatCode(() -> Permissions.requireSomewhere(bound, Right.ROLLBACK, "prices"))
                .doesNotThrowAnyException();
        assertRefused(() -> Permissions.requireSomewhere(bound, Right.ROLLBACK, "other"));
        assertRefused(() -> Permissions.requireSomewhere(bound, Right.ADMINISTER, null));
    }

    @Test
    void severalGrantsAddUp() {
        Identity who = who(Grant.parse("reader *"), Grant.parse("operator a* region=eu"), Grant.parse("publisher b"));
        assertThat(allows(who, Right.READ, "c", List.of())).isTrue();
        assertThat(allows(who, Right.PIN, "a1", EU)).isTrue();
        assertThat(allows(who, Right.PIN, "b", EU)).isFalse();
        assertThat(allows(who, Right.PUBLISH, "b", List.of())).isTrue();
        assertThat(allows(who, Right.ADMINISTER, "b", List.of())).isFalse();
    }

    @Test
    void aPublisherAddsScopesToItsOwnVersionsOnly() {
        Identity who = who(Grant.parse("publisher *"));
        assertThatCode(() -> Permissions.requireAddScope(who, "prices", EU, "token:me"))
                .doesNotThrowAnyException();
        assertRefused(() -> Permissions.requireAddScope(who, "prices", EU, "token:other"));
        assertThatCode(() -> Permissions.requireAddScope(who(Grant.parse("operator *")), "prices", EU, "token:other"))
                .doesNotThrowAnyException();
    }

    @Test
    void anIdentityBoundToAppsIsNoOther() {
        Identity bound = new Identity("token:me", List.of(Grant.ofAll(AccessRole.READER)), List.of("shop", "cart"));
        Permissions.requireApp(bound, "shop");
        Permissions.requireApp(bound, "");
        assertThatThrownBy(() -> Permissions.requireApp(bound, "recs"))
                .hasMessage("app: recs (expected: shop or cart, all that token:me may ask as)");
        Permissions.requireApp(who(), "recs");
    }

    @Test
    void aRefusalNamesWhatWouldDo() {
        Identity who = who(Grant.parse("reader prices*"), Grant.parse("operator a region=eu"));
        assertThatThrownBy(() -> Permissions.require(who, Right.PIN, "prices", EU))
                .hasMessage("right: pin (expected: the role operator for topics that prices is one of; token:me has"
                        + " reader prices*; operator a region=eu)");
        assertThatThrownBy(() -> Permissions.require(who, Right.PIN, "a", List.of()))
                .hasMessageContaining("not bound to scopes or bound to one around *");
        assertThatThrownBy(() -> Permissions.require(who(), Right.LIST, null, List.of()))
                .hasMessageContaining("the role reader for any topic; token:me has no role");
        assertThatThrownBy(() -> Permissions.require(who(), Right.ADMINISTER, null, List.of()))
                .hasMessageContaining("the role admin for the topics *");
        assertThatThrownBy(() -> Permissions.require(who(), Right.READ, null, List.of()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRefusalStaysShortHoweverManyGrantsThereAre() {
        Grant large = new Grant(AccessRole.READER, java.util.Collections.nCopies(32, "x".repeat(128)), List.of());
        assertThatThrownBy(() -> Permissions.require(who(large), Right.READ, "prices", List.of()))
                .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(600));
    }

    @Test
    void whatMayBeReadIsDecidedTheSameTheSecondTime() {
        Identity who = who(Grant.parse("reader prices*"));
        for (int i = 0; i < 2; i++) {
            assertThat(who.mayRead("prices.eu")).isTrue();
            assertThat(who.mayRead("other")).isFalse();
        }
        assertThat(who.mayReadAll()).isFalse();
        assertThat(who(Grant.parse("publisher a,**")).mayReadAll()).isTrue();
        Permissions.requireRead(who, "prices");
        assertRefused(() -> Permissions.requireRead(who, "other"));
    }

    private static Identity who(Grant... grants) {
        return new Identity("token:me", Arrays.asList(grants), List.of());
    }

    private static boolean allows(Identity who, Right right, String topic, List<Scope> scopes) {
        try {
            Permissions.require(who, right, topic, scopes);
            return true;
        } catch (ServiceException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
            return false;
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ServiceException.class);
    }
}
