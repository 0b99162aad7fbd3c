import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the server's calls of Cassandra took, by its own metrics. */
record StoreTimes(Map<String, Sum> calls) {
    private static final Pattern LINE =
            Pattern.compile("octavo_cassandra_seconds_(count|sum)\\{[^}]*call=\"([^\"]+)\"[^}]*\\} (\\S+)");

    /** Seconds and number of calls. */
    record Sum(double count, double seconds) {
        Sum plus(Sum other, int sign) {
            return new Sum(count + sign * other.count, seconds + sign * other.seconds);
        }
    }

    static StoreTimes now() throws IOException, InterruptedException {
        URI metrics = URI.create("http://127.0.0.1:" + Integer.getInteger("bench.http") + "/actuator/prometheus");
        String text = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                .body();
        Map<String, Sum> calls = new HashMap<>();
        Matcher line = LINE.matcher(text);
        while (line.find()) {
            double value = Double.parseDouble(line.group(3));
            Sum sum = line.group(1).equals("count") ? new Sum(value, 0) : new Sum(0, value);
            calls.merge(line.group(2), sum, (a, b) -> a.plus(b, 1));
        }
        return new StoreTimes(calls);
    }

    StoreTimes plus(StoreTimes other, int sign) {
        Map<String, Sum> result = new HashMap<>(calls);
        other.calls.forEach((call, sum) -> result.merge(call, new Sum(0, 0).plus(sum, sign), (a, b) -> a.plus(b, 1)));
        return new StoreTimes(result);
    }

    /** The mean of each call that was made at least every other time. */
    String means(double times) {
        return calls.entrySet().stream()
                .filter(call -> call.getValue().count() * 2 > times)
                .sorted(Comparator.comparingDouble((Map.Entry<String, Sum> call) -> -call.getValue().seconds()))
                .map(call -> String.format(
                        "%s %.1f ms", call.getKey(), 1000 * call.getValue().seconds() / call.getValue().count()))
                .collect(Collectors.joining(", "));
    }
}
