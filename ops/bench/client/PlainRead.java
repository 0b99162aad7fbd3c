import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the same bytes without the client, one payload after the other: {@code seconds cpuSeconds}. */
final class PlainRead {
    private PlainRead() {}

    /** Arguments: {@code http} or {@code files}, how many, what the topics' names begin with, the folder with the files. */
    public static void main(String[] arguments) throws Exception {
        long start = System.nanoTime();
        int count = Integer.parseInt(arguments[1]);
        byte[][] values = new byte[count][];
        if (arguments[0].equals("files")) {
            for (int i = 0; i < count; i++) {
                values[i] = Files.readAllBytes(Path.of(arguments[3], arguments[2] + i));
            }
        } else {
            HttpClient http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
            String server = System.getProperty("bench.server");
            for (int i = 0; i < count; i++) {
                HttpResponse<byte[]> answer = http.send(
                        HttpRequest.newBuilder(URI.create(
                                        server + "/api/v1/topics/" + arguments[2] + i + "/latest/payload"))
                                .build(),
                        BodyHandlers.ofByteArray());
                Bench.require(answer.statusCode() == 200, "status " + answer.statusCode());
                values[i] = answer.body();
            }
        }
        System.out.printf(
                java.util.Locale.ROOT,
                "%.3f %.3f%n",
                (System.nanoTime() - start) / 1e9,
                Bench.cpuMicros(ProcessHandle.current().pid()) / 1e6);
    }
}
