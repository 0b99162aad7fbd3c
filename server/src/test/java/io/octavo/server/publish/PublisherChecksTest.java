package io.octavo.server.publish;

import static io.octavo.server.publish.TestPublisher.assertRefused;
import static io.octavo.server.publish.TestPublisher.body;
import static io.octavo.server.publish.TestPublisher.unreadable;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.Settings;
import io.octavo.protocol.Validation;
import io.octavo.protocol.Validation.Format;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.TopicCommits;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a publish is refused for, and when. */
class PublisherChecksTest {
    private final TestPublisher house = new TestPublisher();
    private final MemoryPayloads payloads = house.payloads;
    private final TopicCommits commits = house.commits;
    private final Publisher publisher = house.publisher;

    @Test
    void whatCanBeRefusedIsRefusedBeforeAByteIsRead() {
        house.publish(Orders.of("prices"), "one");
        commits.commit(
                "strict",
                new ChangeSettings(s -> s.toBuilder().setRequireScope(true).build(), "", null),
                "tester",
                null);

        assertRefused(
                ErrorCode.VERSION_CONFLICT,
                () -> publisher.publish(Orders.of("prices").expecting(0).order(), unreadable()));
        assertThatThrownBy(() -> publisher.publish(Orders.of("strict").order(), unreadable()))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("scope");
        assertRefused(
                ErrorCode.TOPIC_NOT_FOUND,
                () -> house.publisher(1, false).publish(Orders.of("unknown").order(), unreadable()));
        assertThatThrownBy(() -> Orders.of("Not A Name").order()).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Orders.of("prices").key(" ").order()).isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Orders.of("prices").key("k".repeat(201)).order())
                .isInstanceOf(InvalidField.class);
        assertThatThrownBy(() -> Orders.of("prices").order(new Announced(-1L, ByteString.EMPTY, "")))
                .hasMessageStartingWith("size: -1");
        assertThatThrownBy(() -> Orders.of("prices").order(new Announced(null, ByteString.copyFromUtf8("x"), "")))
                .hasMessageStartingWith("sha256: 78");
        assertThatThrownBy(() -> Orders.of("prices").order(new Announced(null, ByteString.EMPTY, "a\r\nb: c")))
                .hasMessageStartingWith("contentType");
        assertThat(payloads.stored()).isEqualTo(1);
    }

    @Test
    void settingsThatChangeWhileThePayloadComesHoldForIt() {
        Publisher racing = house.publisher(() -> change(settings -> settings.setRequireScope(true)));
        assertThatThrownBy(() -> racing.publish(Orders.of("prices").order(), body("one")))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo("scope"));
        change(settings -> settings.setRequireScope(false));

        Publisher tightening = house.publisher(() -> change(
                settings -> settings.setValidation(Validation.newBuilder().setMaxSize(2))));
        assertRefused(
                ErrorCode.VALIDATION_FAILED,
                () -> tightening.publish(Orders.of("prices").order(), body("one")));
        change(Settings.Builder::clearValidation);

        Publisher checking = house.publisher(() -> change(
                settings -> settings.setValidation(Validation.newBuilder().setFormat(Format.JSON))));
        assertRefused(
                ErrorCode.VALIDATION_FAILED,
                () -> checking.publish(Orders.of("prices").order(), body("1")));
        assertThat(payloads.left()).isZero();
        house.publish(Orders.of("prices"), "1");
    }

    @Test
    void whatIsRefusedLeavesNothingBehindAndADryRunSaysTheSame() {
        change(settings -> settings.setValidation(
                Validation.newBuilder().setFormat(Format.JSON).setMinSize(3)));

        for (String text : List.of("{}", "none")) {
            assertRefused(ErrorCode.VALIDATION_FAILED, () -> house.publish(Orders.of("prices"), text));
            assertRefused(
                    ErrorCode.VALIDATION_FAILED,
                    () -> house.publish(Orders.of("prices").staged(), text));
            assertRefused(
                    ErrorCode.VALIDATION_FAILED,
                    () -> publisher.dryRun(Orders.of("prices").order(), body(text)));
        }
        assertThat(payloads.left()).isZero();
        assertThatThrownBy(() -> publisher.publish(
                        Orders.of("prices").order(new Announced(2L, ByteString.EMPTY, "")), unreadable()))
                .hasMessageContaining("payload.size: 2");
        house.publish(Orders.of("prices").key("k"), "[1]");
        change(settings -> settings.setValidation(Validation.newBuilder().setMinSize(9)));
        assertThat(house.publish(Orders.of("prices").key("k"), "[1]").outcome()).isEqualTo(Outcome.REPLAYED);
    }

    @Test
    void aPayloadThatIsSuddenlyLargerOrSmallerIsRefusedUntilTheSettingsAllowIt() {
        house.publish(Orders.of("prices"), "x".repeat(100));
        change(settings -> settings.setValidation(Validation.newBuilder().setMaxSizeChange(20)));

        house.publish(Orders.of("prices"), "x".repeat(120));
        assertThatThrownBy(() -> house.publish(Orders.of("prices"), "x".repeat(145)))
                .hasMessageContaining(
                        "96 to 144 bytes by validation.maxSizeChange, 20 % of the 120 bytes of version 2");
        assertRefused(ErrorCode.VALIDATION_FAILED, () -> house.publish(Orders.of("prices"), "x".repeat(95)));
        change(Settings.Builder::clearValidation);
        house.publish(Orders.of("prices"), "x".repeat(300));
    }

    @Test
    void objectsOfOthersAreHeldAgainstTheChecksToo() {
        change(settings -> settings.setValidation(
                Validation.newBuilder().setFormat(Format.JSON).setMaxSize(10)));
        ByteString digest = ByteString.copyFrom(Digests.sha256("none".getBytes(UTF_8)));
        ExternalObjects objects = (locations, announced, checks) -> {
            try (InputStream through = requireNonNull(checks).apply(body("none"))) {
                through.readAllBytes();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return Part.newBuilder().setSize(4).setSha256(digest).build();
        };
        PublishOrder order = Orders.of("prices").order(new Announced(4L, digest, ""));
        assertRefused(ErrorCode.VALIDATION_FAILED, () -> publisher.publish(order, List.of(), objects));
        assertRefused(ErrorCode.VALIDATION_FAILED, () -> publisher.dryRun(order, List.of(), objects));
        assertRefused(
                ErrorCode.VALIDATION_FAILED,
                () -> publisher.publish(
                        Orders.of("prices").order(new Announced(11L, digest, "")), List.of(), ExternalObjects.NONE));
    }

    private void change(UnaryOperator<Settings.Builder> change) {
        commits.commit(
                "prices",
                new ChangeSettings(before -> change.apply(before.toBuilder()).build(), "", null),
                "tester",
                null);
    }
}
