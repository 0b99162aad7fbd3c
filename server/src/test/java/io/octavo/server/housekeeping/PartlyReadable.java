package io.octavo.server.housekeeping;

import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;

/** A log of which some topics, or the list of all, can't be read. */
final class PartlyReadable {
    private final TopicLog log;
    private Set<String> lost = Set.of();
    private boolean noScan;

    PartlyReadable(TopicLog log) {
        this.log = log;
    }

    /** The heads of these topics, and of no others, can't be read one by one. */
    void lose(String... topics) {
        lost = Set.of(topics);
    }

    /** Whether the reading of all heads breaks off, after some of them or all. */
    void breakOffScans(boolean broken) {
        noScan = broken;
    }

    TopicLog log() {
        return (TopicLog) Proxy.newProxyInstance(
                TopicLog.class.getClassLoader(), new Class<?>[] {TopicLog.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("head") && lost.contains((String) arguments[0])) {
                        throw unavailable();
                    }
                    try {
                        Object answer = method.invoke(log, arguments);
                        if (noScan && method.getName().equals("forEachHead")) {
                            throw unavailable();
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static ServiceException unavailable() {
        return ServiceException.unavailable("a part of the log can't be read", Duration.ofSeconds(1), null);
    }
}
