package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadOutcome;
import io.octavo.protocol.UploadRecord;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.server.topic.Commit;
import io.octavo.server.topic.CommitOutcome;
import io.octavo.server.topic.TopicLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The topic log in Cassandra: a partition per topic, and a conditional batch on it per commit. Conditions are decided
 * at SERIAL and the outcome is durable at LOCAL_QUORUM.
 */
final class CassandraTopicLog implements TopicLog {
    /** A head may have 256 KiB: this bounds a page's memory. */
    private static final int HEADS_PER_PAGE = 200;

    private static final int REVISIONS_PER_PAGE = 2_000;

    private final Calls calls;
    private final TopicLogStatements cql;
    private final LongSupplier epoch;

    CassandraTopicLog(Calls calls, TopicLogStatements cql, LongSupplier epoch) {
        this.calls = calls;
        this.cql = cql;
        this.epoch = epoch;
    }

    @Override
    public @Nullable TopicHead head(String topic, Read read) {
        Row row =
                calls.repeatable("head", at(cql.selectHead().bind(topic), read)).one();
        return row == null ? null : parse(row.getByteBuffer("head"), TopicHead.parser());
    }

    @Override
    public @Nullable VersionRecord version(String topic, long number, Read read) {
        return entry(
                "version", at(cql.selectEntry().bind(topic, Section.VERSION, number), read), VersionRecord.parser());
    }

    @Override
    public List<VersionRecord> versionsBelow(String topic, long below, int limit, Read read) {
        return entries(
                "versions",
                at(cql.selectEntriesBelow().bind(topic, Section.VERSION, below, limit), read),
                VersionRecord.parser());
    }

    @Override
    public List<TopicEvent> eventsBelow(String topic, long below, int limit) {
        return entries(
                "events", cql.selectEntriesBelow().bind(topic, Section.EVENT, below, limit), TopicEvent.parser());
    }

    @Override
    public @Nullable RequestRecord request(String topic, String key) {
        return entry(
                "request",
                at(cql.selectEntry().bind(topic, Section.REQUEST, number(key)), Read.SERIAL),
                RequestRecord.parser());
    }

    @Override
    public CommitOutcome tryCommit(Commit commit) {
        String topic = commit.topic();
        TopicHead head = commit.head();
        Long expected = commit.expectedRevision() == 0 ? null : commit.expectedRevision();
        long requestNumber = number(commit.request().getKey());
        BatchStatementBuilder batch = BatchStatement.builder(BatchType.UNLOGGED)
                .addStatement(cql.updateHead().bind(head.getEpoch(), head.getRevision(), bytes(head), topic, expected))
                .addStatement(insert(topic, Section.EVENT, head.getRevision(), commit.event()))
                .addStatement(cql.insertRequest().bind(topic, requestNumber, bytes(commit.request())));
        for (VersionRecord version : commit.versions()) {
            batch.addStatement(insert(topic, Section.VERSION, version.getVersion(), version));
        }
        for (long version : commit.removal().versions()) {
            batch.addStatement(cql.deleteEntry().bind(topic, Section.VERSION, version));
        }
        if (commit.removal().eventsBelow() != 0) {
            batch.addStatement(cql.deleteEntriesBelow()
                    .bind(topic, Section.EVENT, commit.removal().eventsBelow()));
        }
        if (commit.uploadId() != 0) {
            batch.addStatement(upload(
                    topic,
                    commit.uploadId(),
                    UploadRecord.newBuilder()
                            .setOutcome(UploadOutcome.COMMITTED)
                            .setAtMs(head.getLastEventMs())
                            .setVersion(head.getNewestVersion())));
        }
        ResultSet result = calls.once("commit", conditional(batch));
        return result.wasApplied() ? new CommitOutcome.Applied() : notApplied(result, commit, requestNumber);
    }

    @Override
    public boolean abortUpload(String topic, long uploadId, long atMillis) {
        BoundStatement insert = upload(
                topic,
                uploadId,
                UploadRecord.newBuilder().setOutcome(UploadOutcome.ABORTED).setAtMs(atMillis));
        ResultSet result = calls.repeatable("abort-upload", insert.setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM));
        if (result.wasApplied()) {
            return true;
        }
        UploadRecord standing = parse(result.one().getByteBuffer("entry"), UploadRecord.parser());
        return standing != null && standing.getOutcome() == UploadOutcome.ABORTED;
    }

    @Override
    public @Nullable UploadRecord upload(String topic, long uploadId) {
        return entry(
                "upload",
                at(cql.selectEntry().bind(topic, Section.UPLOAD, uploadId), Read.LOCAL),
                UploadRecord.parser());
    }

    @Override
    public void forEachHead(Consumer<TopicHead> consumer) {
        ResultSet rows = calls.repeatable("heads", cql.selectHeads().bind().setPageSize(HEADS_PER_PAGE));
        for (Row row : rows) {
            TopicHead head = parse(row.getByteBuffer("head"), TopicHead.parser());
            if (head != null) {
                consumer.accept(head);
            }
        }
    }

    @Override
    public void forEachRevision(int slice, int slices, RevisionConsumer consumer) {
        BoundStatement select = cql.selectRevisions()
                .bind(TokenRing.start(slice, slices), TokenRing.start(slice + 1, slices))
                .setPageSize(REVISIONS_PER_PAGE);
        for (Row row : calls.repeatable("revisions", select)) {
            String topic = row.getString("topic");
            // A partition whose rows outlive its statics, or that holds an aborted upload only, has no revision.
            if (topic != null && !row.isNull("revision")) {
                consumer.accept(topic, row.getLong("epoch"), row.getLong("revision"));
            }
        }
    }

    @Override
    public long epoch() {
        return epoch.getAsLong();
    }

    private CommitOutcome notApplied(ResultSet result, Commit commit, long requestNumber) {
        TopicHead head = null;
        RequestRecord request = null;
        boolean aborted = false;
        for (Row row : result) {
            if (head == null && row.getColumnDefinitions().contains("head")) {
                head = parse(row.getByteBuffer("head"), TopicHead.parser());
            }
            String section = row.getColumnDefinitions().contains("section") ? row.getString("section") : null;
            ByteBuffer entry = section == null ? null : row.getByteBuffer("entry");
            if (Section.REQUEST.equals(section) && row.getLong("number") == requestNumber) {
                request = parse(entry, RequestRecord.parser());
            } else if (Section.UPLOAD.equals(section) && row.getLong("number") == commit.uploadId()) {
                UploadRecord upload = parse(entry, UploadRecord.parser());
                aborted = upload != null && upload.getOutcome() == UploadOutcome.ABORTED;
            }
        }
        return new CommitOutcome.NotApplied(head, request, aborted);
    }

    private BoundStatement insert(String topic, String section, long number, MessageLite entry) {
        return cql.insertEntry().bind(topic, section, number, bytes(entry));
    }

    private BoundStatement upload(String topic, long uploadId, UploadRecord.Builder ended) {
        return cql.insertUpload().bind(topic, uploadId, bytes(ended.build()));
    }

    private static BatchStatement conditional(BatchStatementBuilder batch) {
        return batch.setSerialConsistencyLevel(ConsistencyLevel.SERIAL)
                .setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM)
                .setIdempotence(false)
                .build();
    }

    private static BoundStatement at(BoundStatement statement, Read read) {
        return switch (read) {
            case LOCAL -> statement.setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM);
            case SERIAL -> statement.setConsistencyLevel(ConsistencyLevel.SERIAL);
        };
    }

    private <T extends MessageLite> @Nullable T entry(String what, BoundStatement select, Parser<T> parser) {
        Row row = calls.repeatable(what, select).one();
        return row == null ? null : parse(row.getByteBuffer("entry"), parser);
    }

    private <T extends MessageLite> List<T> entries(String what, BoundStatement select, Parser<T> parser) {
        return StreamSupport.stream(calls.repeatable(what, select).spliterator(), false)
                .flatMap(row -> java.util.stream.Stream.ofNullable(parse(row.getByteBuffer("entry"), parser)))
                .toList();
    }

    /** The number of an idempotency key's row: the first 8 bytes of its SHA-256; the row has the key itself. */
    private static long number(String key) {
        return ByteBuffer.wrap(Digests.sha256(key.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    private static ByteBuffer bytes(MessageLite message) {
        return ByteBuffer.wrap(message.toByteArray());
    }

    private static <T extends MessageLite> @Nullable T parse(@Nullable ByteBuffer bytes, Parser<T> parser) {
        if (bytes == null) {
            return null;
        }
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the topic log holds what is no message", e);
        }
    }
}
