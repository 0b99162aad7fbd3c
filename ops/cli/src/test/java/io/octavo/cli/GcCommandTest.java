package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GcCommandTest {
    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void eachVersionIsShownWithAllReasonsWhyItStays() {
        server.on("GET /api/v1/topics/prices/retention", TestServer.json(200, """
                {"topic":"prices","versions":[
                  {"version":4,"state":"PUBLISHED","publishedAt":"2026-11-22T11:58:00Z","size":1024,"stays":[
                    {"reason":"NEWEST","detail":"number 1 of the newest 2"},{"reason":"PUBLISHED","detail":"*"}]},
                  {"version":3,"state":"PUBLISHED","publishedAt":"2026-11-22T11:57:00Z","size":1024,"stays":[
                    {"reason":"PINNED","detail":"region=eu by lena: the ones after it have two prices for what is sold by weight"},
                    {"reason":"SUPERSEDED","detail":"run until noon"}],"goesAt":"2026-11-23T11:58:00.5Z"},
                  {"version":2,"state":"STAGED","publishedAt":"2026-11-22T11:56:00Z","size":1024,"stays":[],"goes":true},
                  {"version":1,"state":"DELETED","publishedAt":"2026-11-22T11:55:00Z","size":1024,"stays":[],
                   "deletedAt":"2026-11-22T11:59:00Z"}]}"""));
        Run run = Run.against(server);
        assertThat(run.status("gc", "--explain", "prices")).isZero();
        assertThat(run.out()).isEqualTo("""
                         VERSION  STATE        AGE     SIZE  GOES                  BECAUSE
                               4  PUBLISHED  2 min  1.0 KiB  -                     NEWEST: number 1 of the newest 2
                                                                                   PUBLISHED: *
                               3  PUBLISHED  3 min  1.0 KiB  2026-11-23T11:58:00Z  PINNED: region=eu by lena: the ones after it have two
                                                                                   prices for what is sold by weight
                                                                                   SUPERSEDED: run until noon
                               2  STAGED     4 min  1.0 KiB  next                  nothing keeps it
                               1  DELETED    5 min  1.0 KiB  gone                  since 2026-11-22T11:59:00Z, its bytes are still to go
                        """);
        Run json = Run.against(server);
        assertThat(json.status("gc", "--explain", "prices", "--json")).isZero();
        assertThat(json.json().get("versions").size()).isEqualTo(4);
    }

    @Test
    void allTopicsAreShownInNumbersAndAddedUp() {
        server.on("GET /api/v1/retention", TestServer.json(200, """
                {"topics":[{"topic":"a","versions":5,"bytes":2048,"goes":2,"goesBytes":1024},
                  {"topic":"b","deleted":true,"versions":1,"bytes":10,"goes":0,"goesBytes":0}]}"""));
        Run run = Run.against(server);
        assertThat(run.status("gc", "--dry-run")).isZero();
        assertThat(run.out()).isEqualTo("""
                         TOPIC         VERSIONS     SIZE  WOULD GO     SIZE
                         a                    5  2.0 KiB         2  1.0 KiB
                         b (deleted)          1     10 B         0      0 B
                         all of these         6  2.0 KiB         2  1.0 KiB
                        """);
    }
}
