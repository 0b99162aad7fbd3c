import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the benches share: options, CPU time, medians. */
final class Bench {
    /** Of Linux on all machines that Java runs on. */
    private static final double MICROS_PER_TICK = 1e6 / 100;

    private Bench() {}

    /** Ends with status 1 if something went wrong: a missed goal is none. */
    static void require(boolean right, String what) {
        if (!right) {
            throw new IllegalStateException(what);
        }
    }

    /** The value of an option {@code --name 7}. */
    static int option(String[] args, String name, int otherwise) {
        String value = option(args, name, "");
        return value.matches("[1-9]\\d{0,6}") ? Integer.parseInt(value) : otherwise;
    }

    static String option(String[] args, String name, String otherwise) {
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (args[i].equals(name)) {
                return args[i + 1];
            }
        }
        return otherwise;
    }

    /** User and system time of a process since its start. */
    static double cpuMicros(long pid) {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
    }

    /** Bytes of live objects of a JVM, after a full collection. */
    static long liveBytes(long pid) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String histogram = run(List.of(jcmd, Long.toString(pid), "GC.class_histogram"));
        String total = histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("jcmd: " + histogram));
        return Long.parseLong(total.trim().split("\\s+")[2]);
    }

    /** Resident memory of a process in bytes. */
    static long residentBytes(long pid) {
        return read(Path.of("/proc/" + pid + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }

    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes());
        require(process.waitFor() == 0, command + ": " + out);
        return out;
    }

    /** Sends a signal: STOP freezes a process, CONT has it go on. */
    static void signal(long pid, String name) throws IOException, InterruptedException {
        run(List.of("kill", "-" + name, Long.toString(pid)));
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    static double percentile(double[] sorted, double percent) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * percent / 100))];
    }

    /** One row of a table: medians of both sides, and of the ratios pair by pair. */
    static void row(String name, double[] ours, double[] theirs, String unit, double goal) {
        double[] ratios = new double[ours.length];
        Arrays.setAll(ratios, i -> ours[i] / theirs[i]);
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "%-40s %8.1f %8.1f %-3s %6.2f  (%.2f to %.2f)  %s %.2f%n",
                name,
                median(ours),
                median(theirs),
                unit,
                median(ratios),
                sorted[0],
                sorted[sorted.length - 1],
                median(ratios) <= goal ? "met   " : "missed",
                goal);
    }

    static void head(String ours, String theirs) {
        System.out.printf("%-40s %8s %8s     %6s  (range)         goal%n", "medians", ours, theirs, "ratio");
    }

    /** One row of figures that stand alone. */
    static void figure(String name, double value, String unit, double goal) {
        System.out.printf(
                "%-52s %10.1f %-6s  %s %.1f%n", name, value, unit, value <= goal ? "met   " : "missed", goal);
    }

    /** A loopback port that nobody listens on, below those that outgoing connections get. */
    static int freePort() {
        for (int port = 12_000 + (int) (System.nanoTime() % 10_000); ; port++) {
            try (var socket = new java.net.ServerSocket(port, 1, java.net.InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException e) {
                // the next
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
