package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A statement that is prepared once there is a session. */
final class Prepared {
    private final SimpleStatement statement;
    private final Supplier<? extends RuntimeException> notYet;
    private volatile @Nullable PreparedStatement prepared;

    /** @param notYet what is thrown where it is used before */
    Prepared(SimpleStatement statement, Supplier<? extends RuntimeException> notYet) {
        this.statement = statement;
        this.notYet = notYet;
    }

    void on(CqlSession session) {
        prepared = session.prepare(statement);
    }

    BoundStatement bind(@Nullable Object... values) {
        PreparedStatement ready = prepared;
        if (ready == null) {
            throw notYet.get();
        }
        return ready.bind(values);
    }
}
