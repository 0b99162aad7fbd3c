package io.octavo.server.web;

/** How long the pages of lists are. */
final class Paging {
    private static final int LONGEST = 1_000;
    private static final int USUAL = 100;

    private Paging() {}

    static int limit(Query query) {
        return query.number("limit", 1, LONGEST, USUAL);
    }
}
