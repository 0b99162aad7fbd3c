import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.octavo.protocol.TopicHead;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Copies of a topic, with its versions and events, put into the log past the server: publishing them would take minutes. */
final class Copies {
    private static final Set<String> SECTIONS = Set.of("version", "event");
    private static final int UNDER_WAY = 64;

    private Copies() {}

    /** Answers the size of a head. */
    static int fill(Stack stack, String topic, int count) throws Exception {
        try (CqlSession session = Cassandra.open(stack.cassandra())) {
            List<Row> rows = session.execute("SELECT * FROM octavo.topic_log WHERE topic = ?", topic).all();
            TopicHead template = TopicHead.parseFrom(rows.get(0).getByteBuffer("head"));
            PreparedStatement head = session.prepare(
                    "INSERT INTO octavo.topic_log (topic, epoch, revision, head) VALUES (?, ?, ?, ?)");
            PreparedStatement row = session.prepare(
                    "INSERT INTO octavo.topic_log (topic, section, number, entry) VALUES (?, ?, ?, ?)");
            Queue<CompletionStage<AsyncResultSet>> underWay = new ArrayDeque<>();
            for (int i = 0; i < count; i++) {
                String name = "bench.copies." + i;
                byte[] bytes = template.toBuilder().setTopic(name).build().toByteArray();
                BatchStatementBuilder copy = BatchStatement.builder(DefaultBatchType.UNLOGGED)
                        .addStatement(
                                head.bind(name, template.getEpoch(), template.getRevision(), ByteBuffer.wrap(bytes)));
                rows.stream()
                        .filter(r -> SECTIONS.contains(r.getString("section")))
                        .forEach(r -> copy.addStatement(row.bind(
                                name, r.getString("section"), r.getLong("number"), r.getByteBuffer("entry"))));
                underWay.add(session.executeAsync(copy.build()));
                if (underWay.size() == UNDER_WAY) {
                    underWay.remove().toCompletableFuture().join();
                }
            }
            underWay.forEach(result -> result.toCompletableFuture().join());
            return template.getSerializedSize();
        }
    }
}
