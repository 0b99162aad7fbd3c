package io.octavo.client;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The one way from {@code io.octavo.test} into the client; not for use by anybody else. Makes real clients of a service that is
 * an object in this process: all their work is done by the threads that call them, in a time that passes when it is told to.
 */
public final class SteppedClients {
    static final String NOWHERE = "nowhere:1";

    /** Nothing gets better by waiting for it: a call is made once. */
    private static final int ATTEMPTS = 1;

    private static final Backoff SOON = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1));
    private static final Duration POLLS = Duration.ofSeconds(30);

    private final SteppedTime time;

    /** What is called. Its exceptions may have a gRPC status. */
    public interface Service {
        /** Why no call can begin; null if they can. */
        @Nullable
        Throwable refusal();

        /**
         * Answers a call; never throws.
         *
         * @param name of the method, by the protocol
         * @param sent messages of the protocol
         * @return one such message; cancelled if nobody waits for it any more
         */
        CompletableFuture<?> call(String name, List<?> sent);
    }

    public SteppedClients(Instant start) {
        this.time = new SteppedTime(start);
    }

    /** A client to be, of this service. */
    public OctavoClientBuilder client(Service service) {
        return OctavoClient.builder()
                .subscribeEndpoints(List.of(NOWHERE))
                .publishEndpoints(List.of(NOWHERE))
                .instance("test")
                .straightToS3From(Long.MAX_VALUE)
                .assembledBy(config -> assemble(config, service));
    }

    /** The time of all clients. */
    public InstantSource clock() {
        return time;
    }

    /** Lets time pass. What clients do by then is done by this thread. */
    public void pass(Duration duration) {
        time.pass(duration);
    }

    private OctavoClient assemble(ClientConfig config, Service service) {
        ClientConfig stepped = new ClientConfig(
                config.server(),
                config.subscribeEndpoints(),
                config.publishEndpoints(),
                config.region(),
                config.app(),
                config.cluster(),
                config.instance(),
                config.who(),
                config.token(),
                stepped(config.limits()),
                config.concurrentLoads(),
                config.transfers(),
                config.start(),
                config.trusted(),
                config.metrics());
        return new OctavoClient(stepped, new World(time, time, new Random(1), time.timers()), new Here(service));
    }

    /** Polls are held, whatever was asked for: so what is published arrives while it is published. */
    private static Limits stepped(Limits usual) {
        return new Limits(
                usual.request(),
                usual.stall(),
                usual.transfer(),
                ATTEMPTS,
                ATTEMPTS,
                usual.retry(),
                usual.reload(),
                SOON,
                POLLS,
                POLLS);
    }

    /** Everything is done where it is asked for. */
    private record Here(Service service) implements Means {
        @Override
        public ExecutorService threads(ExecutorService usual) {
            return new CallingThread();
        }

        @Override
        public ManagedChannel open(String address, Channels usual) {
            return new DirectChannel(service);
        }
    }
}
