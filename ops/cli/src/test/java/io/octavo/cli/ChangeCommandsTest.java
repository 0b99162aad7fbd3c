package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each command that changes something sends and prints; {@link WriteCommandsTest} has what they have in common. */
class ChangeCommandsTest {
    private static final String TOPIC = "/api/v1/topics/prices";
    private static final String VERSION = TOPIC + "/versions/7";
    private static final String DONE = "{\"topic\":\"prices\",\"version\":7,\"revision\":10,\"impact\":[]}";

    private final TestServer server = new TestServer()
            .on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"production\"}"))
            .on("GET " + TOPIC, TestServer.json(200, "{\"topic\":\"prices\",\"revision\":9,\"settings\":{}}"));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aRollbackTellsEveryMoveAndWhatStays() {
        server.on("POST " + TOPIC + "/rollback", TestServer.write("""
                {"topic":"prices","revision":10,"moves":[{"scope":"*","from":9,"to":8}],
                 "impact":[{"scope":"*","from":9,"to":8,"instances":40},{"scope":"region=eu","from":9}],
                 "staying":[{"scope":"app=recs","version":3},{"scope":"app=shop","version":9}],
                 "quarantineOmitted":"the pin of app=shop names version 9","undo":"octavo unpin prices"}"""));
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status("rollback", "prices", "--reason", "prices of zero"))
                .isZero();
        String moves = """
                 SCOPE      FROM       TO  INSTANCES
                 *             9        8         40
                 region=eu     9  nothing          -
                Stay pinned  app=recs (version 3) app=shop (version 9)
                Quarantine   none: the pin of app=shop names version 9
                """;
        assertThat(run.err())
                .contains("Roll back    prices to what ran before\n")
                .contains(moves);
        assertThat(run.out()).isEqualTo("Rolled back prices\n" + moves + "  undo  octavo unpin prices\n");
        assertThat(server.change().bodyText()).isEqualTo("{\"reason\":\"prices of zero\"}");
    }

    @Test
    void aRollbackOfAScopeSendsWhatWasGiven() {
        server.on("POST " + TOPIC + "/rollback", TestServer.write("""
                {"topic":"prices","revision":10,"moves":[{"scope":"region=eu","from":9,"to":4,"share":12.5}],"quarantined":9}"""));
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status(
                        "rollback", "prices", "--to", "4", "--scope", "app=x,region=eu", "--reason", "r", "--keep"))
                .isZero();
        assertThat(run.err()).contains("Roll back    prices for region=eu,app=x to version 4\n");
        assertThat(run.out()).contains(" region=eu     9   4  12.5 %\n").contains("Quarantine   version 9\n");
        assertThat(server.change().bodyText())
                .isEqualTo("{\"to\":4,\"scope\":\"region=eu,app=x\",\"reason\":\"r\",\"keep\":true}");
    }

    @Test
    void aScopeIsAddedAndWithdrawn() {
        server.on("PUT " + VERSION + "/scopes", TestServer.write(DONE))
                .on("DELETE " + VERSION + "/scopes", TestServer.write(DONE));
        Run add = Run.against(server);
        assertThat(add.status("scopes", "add", "prices", "7", "--scope", "region=eu,app=x", "--yes"))
                .isZero();
        assertThat(add.err())
                .contains("Publish      prices version 7 to region=eu,app=x\nNo scope's version changes\n");
        assertThat(add.out()).isEqualTo("Published prices version 7 to region=eu,app=x\n");
        Run withdraw = Run.against(server);
        assertThat(withdraw.status(
                        "scopes", "withdraw", "prices", "7", "--scope", "*", "--reason", "mis take", "--yes"))
                .isZero();
        assertThat(withdraw.out()).isEqualTo("Withdrew prices version 7 from *\n");
        assertThat(server.changes().stream().map(TestServer.Request::target))
                .containsExactly(
                        VERSION + "/scopes?scope=region%3Deu%2Capp%3Dx", VERSION + "/scopes?scope=*&reason=mis%20take");
    }

    @Test
    void aVersionIsQuarantinedAndLifted() {
        server.on("PUT " + VERSION + "/quarantine", TestServer.write(DONE))
                .on("DELETE " + VERSION + "/quarantine", TestServer.write(DONE));
        Run run = Run.against(server);
        assertThat(run.status("quarantine", "prices", "7", "--reason", "bad", "--force", "--yes"))
                .isZero();
        assertThat(run.out()).isEqualTo("Quarantined prices version 7\n");
        Run lift = Run.against(server);
        assertThat(lift.status("quarantine", "prices", "7", "--reason", "good", "--lift", "--yes"))
                .isZero();
        assertThat(lift.err()).contains("Lift         the quarantine of prices version 7\n");
        assertThat(lift.out()).isEqualTo("Lifted the quarantine of prices version 7\n");
        assertThat(server.changes().stream().map(TestServer.Request::target))
                .containsExactly(VERSION + "/quarantine?reason=bad&force=true", VERSION + "/quarantine?reason=good");
    }

    @Test
    void aVersionIsHeldAndReleased() {
        server.on("PUT " + VERSION + "/hold", TestServer.write(DONE))
                .on("DELETE " + VERSION + "/hold", TestServer.write(DONE));
        Run run = Run.against(server);
        assertThat(run.status(
                        "hold", "prices", "7", "--reason", "audit", "--holder", "ann", "--expires", "90d", "--yes"))
                .isZero();
        assertThat(run.err()).contains("Hold         prices version 7 for ann, until 2027-02-20T12:00:00Z\n");
        assertThat(run.out()).isEqualTo("Held prices version 7\n");
        Run release = Run.against(server);
        assertThat(release.status("hold", "prices", "7", "--reason", "done", "--release", "--yes"))
                .isZero();
        assertThat(release.out()).isEqualTo("Released prices version 7\n");
        assertThat(server.changes().stream().map(TestServer.Request::target))
                .containsExactly(
                        VERSION + "/hold?reason=audit&expiresAt=2027-02-20T12%3A00%3A00Z&holder=ann",
                        VERSION + "/hold?reason=done");
    }

    @Test
    void aTopicIsDeletedAtTheRevisionThatWasShown() {
        server.on("DELETE " + TOPIC, TestServer.write(DONE)).on("POST " + TOPIC + "/restore", TestServer.write(DONE));
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status("delete", "prices", "--reason", "over")).isZero();
        assertThat(run.err()).contains("Delete       prices at revision 9\n");
        assertThat(run.out()).isEqualTo("Deleted prices\n");
        assertThat(server.changes().get(0).target()).isEqualTo(TOPIC + "?reason=over");
        assertThat(server.changes().get(0).header("If-Match")).isEqualTo("\"9\"");
        Run restore = Run.against(server);
        assertThat(restore.status("delete", "prices", "--reason", "not over", "--undo", "--yes"))
                .isZero();
        assertThat(restore.out()).isEqualTo("Restored prices\n");
        assertThat(server.changes().get(1).bodyText()).isEqualTo("{\"reason\":\"not over\"}");
        assertThat(server.changes().get(1).header("If-Match")).isNull();
    }

    @Test
    void oneVersionIsDeletedForEver() {
        server.on("DELETE " + VERSION, TestServer.write(DONE));
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status("delete", "prices", "7", "--reason", "leaked")).isZero();
        assertThat(run.err()).contains("Delete       version 7 of prices, for ever\n");
        assertThat(run.out()).isEqualTo("Deleted version 7 of prices\n");
        assertThat(server.changes().get(0).target()).isEqualTo(VERSION + "?reason=leaked");
    }

    @Test
    void wrongArgumentsAreFoundBeforeAnythingIsSent() {
        String[][] wrong = {
            {"rollback", "prices"},
            {"rollback", "Prices", "--reason", "r"},
            {"rollback", "prices", "--reason", " "},
            {"rollback", "prices", "--reason", "r", "--to", "0"},
            {"rollback", "prices", "--reason", "r", "--scope", ""},
            {"scopes", "add", "prices", "7"},
            {"scopes", "add", "prices", "0", "--scope", "*"},
            {"scopes", "add", "prices", "7", "--scope", "*", "--reason", ""},
            {"scopes", "withdraw", "prices", "7", "--scope", "*"},
            {"scopes", "withdraw", "prices", "7", "--scope", "", "--reason", "r"},
            {"quarantine", "prices", "7"},
            {"quarantine", "prices", "7", "--reason", "r", "--lift", "--force"},
            {"hold", "prices", "7", "--reason", "r", "--holder", " "},
            {"hold", "prices", "7", "--reason", "r", "--release", "--expires", "2h"},
            {"hold", "prices", "7", "--reason", "r", "--expires", "2020-01-01T00:00:00Z"},
            {"delete", "prices"},
            {"delete", "prices", "7", "--reason", "r", "--undo"},
            {"delete", "prices", "7", "--reason", "r", "--revision", "3"},
            {"delete", "prices", "0", "--reason", "r"},
            {"gc"},
            {"gc", "--explain", "prices", "--dry-run"},
            {"gc", "--explain", "Prices"},
            {"delete", "prices", "--reason", "r", "--revision", "0"},
            {"delete", "prices", "--reason", "r", "--revision", "3", "--undo"},
        };
        for (String[] arguments : wrong) {
            Run run = Run.against(server).terminal("y\n");
            assertThat(run.status(arguments)).as(String.join(" ", arguments)).isEqualTo(2);
            assertThat(run.err()).as(String.join(" ", arguments)).doesNotContain("is needed here");
        }
        assertThat(server.requests()).isEmpty();
    }
}
