package io.octavo.server.subscribe;

import io.octavo.protocol.VersionRecord;
import io.octavo.server.errors.ServiceException;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the stores whether payloads are missing, of each version once. Blocks. For one thread. */
final class Inquiry {
    private static final Logger LOG = LoggerFactory.getLogger(Inquiry.class);

    /** What the stores say. */
    enum Answer {
        THERE,
        /** Positively so: the stores are sure. */
        MISSING,
        /** They can't be asked now. */
        UNKNOWN
    }

    private final PayloadSource payloads;
    private final Map<Long, Answer> answers = new HashMap<>();

    Inquiry(PayloadSource payloads) {
        this.payloads = payloads;
    }

    /** How many versions were asked for. */
    int size() {
        return answers.size();
    }

    /** Asks for a version of the topic that this is about. */
    Answer about(VersionRecord record) {
        return answers.computeIfAbsent(record.getVersion(), version -> ask(record));
    }

    private Answer ask(VersionRecord record) {
        try {
            return record.getPartsList().stream().anyMatch(payloads::isMissing) ? Answer.MISSING : Answer.THERE;
        } catch (ServiceException e) {
            LOG.debug("whether version {} is there can't be said now", record.getVersion(), e);
            return Answer.UNKNOWN;
        }
    }
}
