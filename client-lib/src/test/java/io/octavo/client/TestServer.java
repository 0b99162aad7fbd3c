package io.octavo.client;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.BeginUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.GetUptakeRequest;
import io.octavo.protocol.GetUptakeResponse;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.GetVersionResponse;
import io.octavo.protocol.ListVersionsRequest;
import io.octavo.protocol.ListVersionsResponse;
import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.PayloadLinks;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A service on a loopback port, over {@link Topics}, that fails when it is told to. */
final class TestServer implements AutoCloseable {
    static final int CHUNK = 100_000;
    static final int PAGE = 3;

    final Topics topics = new Topics();
    final TestUploads uploads = new TestUploads();
    final BlockingQueue<CompleteUploadRequest> completions = new LinkedBlockingQueue<>();
    final BlockingQueue<PublishObjectsRequest> objects = new LinkedBlockingQueue<>();
    /** What is answered to who asks how far the fleet is; the last one for ever. */
    final BlockingQueue<GetUptakeResponse> uptakes = new LinkedBlockingQueue<>();

    final BlockingQueue<PollRequest> polls = new LinkedBlockingQueue<>();
    final BlockingQueue<ReadPayloadRequest> reads = new LinkedBlockingQueue<>();
    final BlockingQueue<GetLatestRequest> latests = new LinkedBlockingQueue<>();
    final AtomicInteger lists = new AtomicInteger();
    final BlockingQueue<PublishHeader> publishes = new LinkedBlockingQueue<>();
    final BlockingQueue<String> callers = new LinkedBlockingQueue<>();
    /** After how many bytes the next reads break. */
    final Queue<Integer> breaks = new ConcurrentLinkedQueue<>();
    /** How the next publishes end. */
    final Queue<Mishap> mishaps = new ConcurrentLinkedQueue<>();
    /** How the next publishes that are only tried end. */
    final Queue<Mishap> dryRunMishaps = new ConcurrentLinkedQueue<>();

    volatile List<PayloadLink> links = List.of();
    private @Nullable Server server;
    private int port;

    enum Mishap {
        /** Fails before anything is done. */
        UNAVAILABLE,
        /** Is done, but the answer is lost. */
        ANSWER_LOST,
        /** Is refused, with field violations. */
        REFUSED,
        /** Is refused before anything is looked at. */
        UNAUTHENTICATED,
        /** Is refused for now. */
        LIMITED,
        /** Another call is at it. */
        RUNNING,
        /** What was begun is gone. */
        GONE
    }

    TestServer() {
        topics.nextPollMs(50);
    }

    TestServer start() {
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .addService(ServerInterceptors.intercept(new Subscribe(), new Who()))
                    .addService(ServerInterceptors.intercept(new Publish(), new Who()))
                    .build()
                    .start();
            port = server.getPort();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String endpoint() {
        return InetAddress.getLoopbackAddress().getHostAddress() + ":" + port;
    }

    OctavoClientBuilder client() {
        return OctavoClient.builder()
                .subscribeEndpoints(List.of(endpoint()))
                .publishEndpoints(List.of(endpoint()))
                .instance("test");
    }

    /** Ends all calls; the port stays the same for the next start. */
    void stop() {
        Server running = server;
        server = null;
        if (running != null) {
            try {
                running.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        uploads.close();
        stop();
    }

    private final class Subscribe extends SubscribeServiceGrpc.SubscribeServiceImplBase {
        @Override
        public void poll(PollRequest request, StreamObserver<PollResponse> answer) {
            polls.add(request);
            answer.onNext(topics.answer(request));
            answer.onCompleted();
        }

        @Override
        public void getVersion(GetVersionRequest request, StreamObserver<GetVersionResponse> answer) {
            VersionRecord record = topics.record(request.getTopic(), request.getVersion());
            if (record == null) {
                answer.onError(Status.NOT_FOUND.asRuntimeException());
                return;
            }
            answer.onNext(GetVersionResponse.newBuilder()
                    .setRecord(record.toBuilder().clearMetadataOmitted())
                    .build());
            answer.onCompleted();
        }

        @Override
        public void getLatest(GetLatestRequest request, StreamObserver<GetLatestResponse> answer) {
            latests.add(request);
            TopicHead head = topics.head(request.getTopic());
            long version = Resolution.of(head, request.getConsumer()).version();
            VersionRecord record = topics.record(request.getTopic(), version);
            GetLatestResponse.Builder found =
                    GetLatestResponse.newBuilder().setHead(head).setVersion(version);
            answer.onNext((record == null ? found : found.setRecord(record)).build());
            answer.onCompleted();
        }

        @Override
        public void listVersions(ListVersionsRequest request, StreamObserver<ListVersionsResponse> answer) {
            long newest = topics.head(request.getTopic()).getNewestVersion();
            long from = request.getBelow() == 0 ? newest : request.getBelow() - 1;
            ListVersionsResponse.Builder page = ListVersionsResponse.newBuilder();
            for (long version = from; version > 0 && version > from - PAGE; version--) {
                page.addRecords(topics.record(request.getTopic(), version));
                page.setNextBelow(version == 1 ? 0 : version);
            }
            lists.incrementAndGet();
            answer.onNext(page.build());
            answer.onCompleted();
        }

        @Override
        public void readPayload(ReadPayloadRequest request, StreamObserver<ReadPayloadResponse> answer) {
            reads.add(request);
            if (!links.isEmpty()) {
                answer.onNext(ReadPayloadResponse.newBuilder()
                        .setLinks(PayloadLinks.newBuilder().addAllLinks(links))
                        .build());
                answer.onCompleted();
                return;
            }
            ByteString bytes = topics.payload(request.getTopic(), request.getVersion());
            Integer limit = breaks.poll();
            int end = limit == null ? bytes.size() : Math.min(bytes.size(), (int) request.getOffset() + limit);
            sendWhenReady(
                    (ServerCallStreamObserver<ReadPayloadResponse>) answer, bytes, (int) request.getOffset(), end);
        }

        private void sendWhenReady(
                ServerCallStreamObserver<ReadPayloadResponse> answer, ByteString bytes, int from, int end) {
            int[] next = {from};
            boolean[] done = {false};
            answer.setOnReadyHandler(() -> {
                while (answer.isReady() && !done[0]) {
                    if (next[0] < end) {
                        int stop = Math.min(end, next[0] + CHUNK);
                        answer.onNext(ReadPayloadResponse.newBuilder()
                                .setChunk(bytes.substring(next[0], stop))
                                .build());
                        next[0] = stop;
                    } else {
                        done[0] = true;
                        if (end < bytes.size()) {
                            answer.onError(Status.UNAVAILABLE
                                    .withDescription("broken by the test")
                                    .asRuntimeException());
                        } else {
                            answer.onCompleted();
                        }
                    }
                }
            });
        }
    }

    private final class Publish extends PublishServiceGrpc.PublishServiceImplBase {
        @Override
        public StreamObserver<PublishRequest> publish(StreamObserver<PublishResponse> answer) {
            return new StreamObserver<>() {
                private final List<ByteString> chunks = new ArrayList<>();
                private PublishHeader header = PublishHeader.getDefaultInstance();

                @Override
                public void onNext(PublishRequest message) {
                    if (message.hasHeader()) {
                        header = message.getHeader();
                    } else {
                        chunks.add(message.getChunk());
                    }
                }

                @Override
                public void onError(Throwable error) {}

                @Override
                public void onCompleted() {
                    finish(header, ByteString.copyFrom(chunks), answer);
                }
            };
        }

        @Override
        public void beginUpload(BeginUploadRequest request, StreamObserver<BeginUploadResponse> answer) {
            answer.onNext(
                    topics.byKey(request.getIdempotencyKey()) == null
                            ? uploads.begin(request)
                            : BeginUploadResponse.newBuilder()
                                    .setPublished(true)
                                    .build());
            answer.onCompleted();
        }

        @Override
        public void completeUpload(CompleteUploadRequest request, StreamObserver<PublishResponse> answer) {
            completions.add(request);
            PublishHeader header = request.getHeader();
            if (request.getDryRun()) {
                Mishap mishap = dryRunMishaps.poll();
                RuntimeException refusal = mishap == null ? null : refusal(mishap);
                if (refusal == null) {
                    VersionRecord newest = topics.record(
                            header.getTopic(), topics.head(header.getTopic()).getNewestVersion());
                    boolean same = newest != null
                            && header.getIfChanged()
                            && newest.getParts(0).getSha256().equals(header.getSha256());
                    PublishResponse.Builder would = PublishResponse.newBuilder().setTopic(header.getTopic());
                    if (same) {
                        would.setUnchanged(true).setRecord(newest);
                    }
                    answer.onNext(would.setDryRun(!same).build());
                    answer.onCompleted();
                } else {
                    answer.onError(refusal);
                }
                return;
            }
            if (mishaps.peek() == Mishap.GONE) {
                uploads.giveUp(header.getTopic(), header.getIdempotencyKey());
            }
            boolean done = topics.byKey(header.getIdempotencyKey()) != null;
            finish(
                    header,
                    done || !uploads.isOpen(header.getTopic(), header.getIdempotencyKey())
                            ? ByteString.EMPTY
                            : uploads.payload(header.getTopic(), header.getIdempotencyKey(), "us"),
                    answer);
        }

        @Override
        public void publishObjects(PublishObjectsRequest request, StreamObserver<PublishResponse> answer) {
            objects.add(request);
            finish(request.getHeader(), ByteString.EMPTY, answer);
        }

        @Override
        public void getUptake(GetUptakeRequest request, StreamObserver<GetUptakeResponse> answer) {
            GetUptakeResponse next = uptakes.size() > 1 ? uptakes.poll() : uptakes.peek();
            if (next == null) {
                answer.onError(Status.UNAVAILABLE.asRuntimeException());
                return;
            }
            answer.onNext(next);
            answer.onCompleted();
        }

        private void finish(PublishHeader header, ByteString bytes, StreamObserver<PublishResponse> answer) {
            publishes.add(header);
            Mishap mishap = mishaps.poll();
            RuntimeException refusal = mishap == null ? null : refusal(mishap);
            if (refusal != null) {
                answer.onError(refusal);
                return;
            }
            VersionRecord known = topics.byKey(header.getIdempotencyKey());
            VersionRecord record = known == null ? topics.publish(header, bytes) : known;
            if (mishap == Mishap.ANSWER_LOST) {
                answer.onError(Status.UNAVAILABLE.withDescription("by the test").asRuntimeException());
                return;
            }
            answer.onNext(PublishResponse.newBuilder()
                    .setTopic(header.getTopic())
                    .setRecord(record)
                    .setRevision(record.getRevision())
                    .setReplayed(known != null)
                    .build());
            answer.onCompleted();
        }
    }

    private static @Nullable RuntimeException refusal(Mishap mishap) {
        return switch (mishap) {
            case UNAVAILABLE ->
                Status.UNAVAILABLE.withDescription("by the test").asRuntimeException();
            case UNAUTHENTICATED -> Status.UNAUTHENTICATED.asRuntimeException();
            case LIMITED -> Status.RESOURCE_EXHAUSTED.asRuntimeException();
            case RUNNING -> named(Status.Code.ABORTED, "REQUEST_RUNNING");
            case GONE -> named(Status.Code.NOT_FOUND, "GONE");
            case REFUSED -> refusal();
            case ANSWER_LOST -> null;
        };
    }

    private static RuntimeException named(Status.Code code, String reason) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage("by the test")
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason)
                        .setDomain("octavo")
                        .build()))
                .build());
    }

    private static RuntimeException refusal() {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.INVALID_ARGUMENT.value())
                .setMessage("metadata: too much")
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason("INVALID_ARGUMENT")
                        .setDomain("octavo")
                        .build()))
                .addDetails(Any.pack(BadRequest.newBuilder()
                        .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                                .setField("metadata")
                                .setDescription("too much"))
                        .build()))
                .build());
    }

    private final class Who implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata metadata, ServerCallHandler<A, B> next) {
            String who = metadata.get(Metadata.Key.of("octavo-who", Metadata.ASCII_STRING_MARSHALLER));
            callers.add(String.valueOf(who));
            return next.startCall(call, metadata);
        }
    }
}
