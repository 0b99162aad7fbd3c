package io.octavo.test;

import io.octavo.client.OctavoException;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.LiftQuarantine;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.RollbackTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnpinScope;

/** What an operator does to topics in memory. */
record MemoryCommands(InMemoryTopicLog log, MemoryBytes bytes, TopicCommits commits) {
    private static final String REASON = "test";

    void pin(String topic, String scope, long version) {
        commit(topic, new PinScope(Scopes.parse(scope), version, REASON, 0));
    }

    void unpin(String topic, String scope) {
        commit(topic, new UnpinScope(Scopes.parse(scope), REASON));
    }

    void rollback(String topic) {
        commit(topic, new RollbackTopic(null, null, REASON, false));
    }

    void rollback(String topic, String scope, long to) {
        commit(topic, new RollbackTopic(Scopes.parse(scope), to, REASON, true));
    }

    void quarantine(String topic, long version) {
        commit(topic, new QuarantineVersion(version, REASON));
    }

    void liftQuarantine(String topic, long version) {
        commit(topic, new LiftQuarantine(version, REASON));
    }

    void delete(String topic) {
        TopicHead head = log.head(topic, Read.SERIAL);
        commit(topic, new DeleteTopic(head == null ? 0 : head.getRevision(), REASON));
    }

    void corrupt(String topic, long version) {
        VersionRecord record = log.version(topic, version, Read.SERIAL);
        if (record == null) {
            throw new InvalidField("version", version, "one that " + topic + " has");
        }
        bytes.corrupt(record.getParts(0));
    }

    private void commit(String topic, Command command) {
        try {
            var unused = commits.commit(topic, command, REASON, null);
        } catch (ServiceException e) {
            throw refusal(e);
        }
    }

    static OctavoException refusal(ServiceException no) {
        return OctavoException.of(no.code(), String.valueOf(no.getMessage()));
    }
}
