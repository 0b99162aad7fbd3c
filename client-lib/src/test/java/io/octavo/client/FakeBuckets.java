package io.octavo.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of an S3 store, on a loopback port, as readers of the fallback cache see; buckets fail when they are told to. */
final class FakeBuckets implements AutoCloseable {
    static final FallbackKeys KEYS = new FallbackKeys("fallback");
    private static final Pattern PREFIX = Pattern.compile("(?:^|&)prefix=([^&]*)");
    private static final Pattern TOKEN = Pattern.compile("continuation-token=([0-9]+)");

    /** By bucket/key. */
    final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

    final Queue<String> requests = new ConcurrentLinkedQueue<>();
    /** Buckets that answer 500. */
    final Set<String> away = ConcurrentHashMap.newKeySet();
    /** Keys that are gone when they are read for the first time after being listed. */
    final Set<String> vanishing = ConcurrentHashMap.newKeySet();
    /** So many pages of each list are empty, and say that more follow. */
    volatile int emptyPages;
    /** After how many bytes the next reads of objects break. */
    final Queue<Integer> breaks = new ConcurrentLinkedQueue<>();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    FakeBuckets() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            }
        });
        server.start();
    }

    Fallback region(String name) {
        return Fallback.of(name, bucket(name))
                .endpoint(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .credentials("key", "secret");
    }

    static String bucket(String region) {
        return "octavo-" + region;
    }

    /** What the export does: the head, and before it the payloads of the versions that it names. */
    void export(String region, Topics topics, TopicHead head) {
        head.getVersionsList().forEach(record -> {
            Part part = record.getParts(0);
            byte[] bytes = topics.payload(head.getTopic(), record.getVersion()).toByteArray();
            objects.put(bucket(region) + "/" + KEYS.payload(part.getDirect().getPayloadId()), bytes);
        });
        objects.put(bucket(region) + "/" + KEYS.head(head), head.toByteArray());
    }

    void export(String region, Topics topics, String topic) {
        export(region, topics, topics.head(topic));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring(1);
        String query = exchange.getRequestURI().getRawQuery();
        requests.add(path + (query == null ? "" : "?" + query));
        String bucket = path.contains("/") ? path.substring(0, path.indexOf('/')) : path;
        if (away.contains(bucket)) {
            send(exchange, 500, "<Error><Code>InternalError</Code></Error>".getBytes(StandardCharsets.UTF_8));
        } else if (query != null && query.contains("list-type=2")) {
            send(exchange, 200, list(bucket, query).getBytes(StandardCharsets.UTF_8));
        } else {
            read(exchange, path);
        }
    }

    private String list(String bucket, String query) {
        Matcher token = TOKEN.matcher(query);
        int page = token.find() ? Integer.parseInt(token.group(1)) : 0;
        if (page < emptyPages) {
            return "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>" + (page + 1)
                    + "</NextContinuationToken></ListBucketResult>";
        }
        Matcher prefix = PREFIX.matcher(query);
        String begin = bucket + "/" + (prefix.find() ? URLDecoder.decode(prefix.group(1), StandardCharsets.UTF_8) : "");
        String first = objects.ceilingKey(begin);
        List<String> found = first == null || !first.startsWith(begin) ? List.of() : List.of(first);
        StringBuilder xml = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
        found.forEach(key -> xml.append("<Contents><Key>")
                .append(key.substring(bucket.length() + 1))
                .append("</Key><Size>1</Size></Contents>"));
        return xml.append("</ListBucketResult>").toString();
    }

    private void read(HttpExchange exchange, String path) throws IOException {
        byte[] bytes = objects.get(path);
        if (bytes == null || vanishing.remove(path)) {
            objects.remove(path);
            send(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8));
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        byte[] rest = Arrays.copyOfRange(bytes, from, bytes.length);
        Integer limit = breaks.poll();
        if (limit != null) {
            exchange.sendResponseHeaders(range == null ? 200 : 206, rest.length);
            exchange.getResponseBody().write(rest, 0, Math.min(limit, rest.length));
            exchange.getResponseBody().flush();
            return;
        }
        send(exchange, range == null ? 200 : 206, rest);
    }

    private static void send(HttpExchange exchange, int status, byte[] bytes) throws IOException {
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
