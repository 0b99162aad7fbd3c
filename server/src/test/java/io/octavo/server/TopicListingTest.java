package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Deletion;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicListingTest {
    private final List<String> looked = new ArrayList<>();
    private final Map<String, TopicHead> heads = Map.of(
            "c", head("c", "search"),
            "a", head("a", "recs"),
            "b", head("b", "search"),
            "d",
                    head("d", "search").toBuilder()
                            .setDeletion(Deletion.newBuilder().setBy("me"))
                            .build());
    private final TopicListing listing = new TopicListing(() -> new TopicListing.Heads(heads.keySet(), name -> {
        looked.add(name);
        return heads.get(name);
    }));

    @Test
    void pagesAreInTheOrderOfNamesWithoutDeletedTopics() {
        assertThat(names("", null, "", 2)).containsExactly("a", "b");
        assertThat(looked).containsExactly("a", "b");
        assertThat(names("", null, "b", 2)).containsExactly("c");
    }

    @Test
    void partAndOwnerNarrowThem() {
        assertThat(names("", "search", "", 10)).containsExactly("b", "c");
        assertThat(names("a", null, "", 10)).containsExactly("a");
    }

    private List<String> names(String part, @org.jspecify.annotations.Nullable String owner, String after, int limit) {
        return listing.page(part, owner, after, limit).stream()
                .map(TopicHead::getTopic)
                .toList();
    }

    private static TopicHead head(String topic, String owner) {
        return TopicHead.newBuilder()
                .setTopic(topic)
                .setSettings(Settings.newBuilder().setOwner(owner))
                .build();
    }
}
