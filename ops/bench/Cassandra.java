import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import java.net.InetSocketAddress;

/** The store beneath the server, asked past it. */
final class Cassandra {
    private static final String NAME = "octavo-bench";

    private Cassandra() {}

    static CqlSession open(int port) {
        return CqlSession.builder()
                .addContactPoint(new InetSocketAddress("127.0.0.1", port))
                .withLocalDatacenter("dc1")
                .withApplicationName(NAME)
                .build();
    }

    /** Requests that it has had from everybody but us. */
    static long requests(CqlSession session) {
        long count = 0;
        for (Row row : session.execute("SELECT client_options, request_count FROM system_views.clients")) {
            var options = row.getMap("client_options", String.class, String.class);
            if (options == null || !NAME.equals(options.get("APPLICATION_NAME"))) {
                count += row.getLong("request_count");
            }
        }
        return count;
    }
}
