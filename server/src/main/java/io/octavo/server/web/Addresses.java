package io.octavo.server.web;

/** Where things are: the paths of the API and of the UI's pages. */
final class Addresses {
    static final String API = "/api/v1";
    static final String TOPICS = API + "/topics";
    static final String TOPIC = TOPICS + "/{topic}";
    static final String VERSIONS = TOPIC + "/versions";
    static final String LATEST = TOPIC + "/latest";
    static final String PINS = TOPIC + "/pins";
    static final String TOKENS = API + "/tokens";
    static final String ALL_PINS = API + "/pins";
    static final String CONSUMERS = API + "/consumers";
    static final String CONSUMER_COUNTS = TOPIC + "/consumers/counts";
    static final String CONSUMER_ADOPTION = TOPIC + "/consumers/adoption";
    static final String REQUEST = TOPIC + "/requests/{key}";
    static final String EVENTS = API + "/events";
    static final String TOPIC_EVENTS = TOPIC + "/events";
    static final String EXPLAIN = TOPIC + "/explain";
    static final String STATUS = API + "/status";
    static final String RETENTION = API + "/retention";
    static final String IDLE = API + "/idle";
    static final String TOPIC_RETENTION = TOPIC + "/retention";
    static final String HOUSEKEEPING = API + "/housekeeping";
    static final String FALLBACK_VERIFY = API + "/fallback/verify";
    static final String RESTORE_EPOCH = API + "/restore/epoch";
    static final String RESTORE_TOPICS = API + "/restore/topics";
    static final String HOUSEKEEPING_RUNS = HOUSEKEEPING + "/{task}/runs";

    private Addresses() {}

    static String topic(String topic) {
        return TOPICS + "/" + topic;
    }

    static String version(String topic, long version) {
        return topic(topic) + "/versions/" + version;
    }

    /** The UI's page of a topic. */
    static String page(String topic) {
        return "/ui/topics/" + topic;
    }
}
