package io.octavo.server.subscribe;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.GetVersionResponse;
import io.octavo.protocol.ListVersionsRequest;
import io.octavo.protocol.ListVersionsResponse;
import io.octavo.protocol.Part;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.grpc.CutOff;
import io.octavo.server.payload.MissingPayload;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What subscribed processes call. {@code Poll} never blocks and runs on the transport's threads; the others may ask a
 * store and must run elsewhere.
 */
final class SubscribeService extends SubscribeServiceGrpc.SubscribeServiceImplBase {
    /** Below the 4 MiB that gRPC clients take by default. */
    private static final int MOST_LISTED_BYTES = 2 << 20;

    private final PollAnswers polls;
    private final LatestAnswers latest;
    private final VersionRecords versions;
    private final SmallPayloads payloads;
    private final PayloadTurns turns;
    private final PayloadSource source;
    private final String region;
    private final Timer pollTimer;
    private final Waiters waiters;
    private final InlineBudget inFlight;
    private final Consistency consistency;
    private final ConsumerRegistry consumers;

    SubscribeService(
            PollAnswers polls,
            LatestAnswers latest,
            VersionRecords versions,
            SmallPayloads payloads,
            PayloadTurns turns,
            PayloadSource source,
            String region,
            Waiters waiters,
            InlineBudget inFlight,
            Consistency consistency,
            ConsumerRegistry consumers,
            MeterRegistry registry) {
        this.consistency = consistency;
        this.waiters = waiters;
        this.inFlight = inFlight;
        this.consumers = consumers;
        this.polls = polls;
        this.latest = latest;
        this.versions = versions;
        this.payloads = payloads;
        this.turns = turns;
        this.source = source;
        this.region = region;
        this.pollTimer = Timer.builder("octavo.poll")
                .description("Answering a poll, without the transport")
                .register(registry);
    }

    @Override
    public void poll(PollRequest request, StreamObserver<PollResponse> caller) {
        long start = System.nanoTime();
        News news = polls.news(request);
        if (news != null) {
            consistency.heard(news);
        }
        long came = consumers.heard(request);
        boolean mayHold = request.getHoldMs() > 0;
        if (mayHold && !(news != null && news.isUrgent())) {
            if (hold(request, came, (ServerCallStreamObserver<PollResponse>) caller)) {
                pollTimer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
                return;
            }
            mayHold = false;
        }
        PollResponse answer = news == null ? polls.nothing(mayHold) : offers(news, mayHold, caller);
        pollTimer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        caller.onNext(answer);
        caller.onCompleted();
    }

    private PollResponse offers(News news, boolean holds, StreamObserver<PollResponse> observer) {
        InlineLoan loan = new InlineLoan(inFlight);
        PollResponse answer = polls.answer(news, holds, loan);
        if (!loan.isEmpty()) {
            ServerCallStreamObserver<PollResponse> caller = (ServerCallStreamObserver<PollResponse>) observer;
            caller.setOnCancelHandler(loan::end);
            caller.setOnCloseHandler(loan::end);
        }
        return answer;
    }

    private boolean hold(PollRequest request, long came, ServerCallStreamObserver<PollResponse> caller) {
        InlineLoan loan = new InlineLoan(inFlight);
        HeldPoll held = new HeldPoll(request, caller, polls, loan);
        caller.setOnCancelHandler(() -> {
            waiters.cancel(held);
            loan.end();
            consumers.gaveUp(request, came);
        });
        caller.setOnCloseHandler(loan::end);
        return waiters.hold(held, Duration.ofMillis(request.getHoldMs()));
    }

    @Override
    public void getVersion(GetVersionRequest request, StreamObserver<GetVersionResponse> caller) {
        consumers.recent().note(request.getTopic());
        VersionRecord record = versions.complete(request.getTopic(), request.getVersion());
        caller.onNext(GetVersionResponse.newBuilder().setRecord(record).build());
        caller.onCompleted();
    }

    @Override
    public void listVersions(ListVersionsRequest request, StreamObserver<ListVersionsResponse> caller) {
        ListVersionsResponse.Builder answer = ListVersionsResponse.newBuilder();
        long bytes = 0;
        for (VersionRecord record : versions.page(request.getTopic(), request.getBelow(), request.getLimit())) {
            bytes += record.getSerializedSize();
            if (bytes > MOST_LISTED_BYTES && answer.getRecordsCount() > 0) {
                break;
            }
            answer.addRecords(record).setNextBelow(record.getVersion() == 1 ? 0 : record.getVersion());
        }
        caller.onNext(answer.build());
        caller.onCompleted();
    }

    @Override
    public void getLatest(GetLatestRequest request, StreamObserver<GetLatestResponse> caller) {
        consumers.recent().note(request.getTopic());
        latest.answer(request, caller);
    }

    @Override
    public void readPayload(ReadPayloadRequest request, StreamObserver<ReadPayloadResponse> observer) {
        ServerCallStreamObserver<ReadPayloadResponse> caller = (ServerCallStreamObserver<ReadPayloadResponse>) observer;
        Part part = onlyPart(request);
        checkOffset(request.getOffset(), part);
        consumers.recent().note(request.getTopic());
        if (part.hasDirect()) {
            sendInTurn(request, part, caller);
        } else {
            caller.onNext(ReadPayloadResponse.newBuilder()
                    .setLinks(source.links(part, region))
                    .build());
            caller.onCompleted();
        }
    }

    private void sendInTurn(
            ReadPayloadRequest request, Part part, ServerCallStreamObserver<ReadPayloadResponse> caller) {
        ChunkStream stream = new ChunkStream(caller, CutOff.ofThisCall("took nothing of the payload for too long"));
        PayloadTurns.Turn turn = turns.turn(() -> send(request, part, stream, caller), caller::onError, stream);
        // With a handler for it, a call that was cancelled throws nothing at whoever answers it.
        caller.setOnCancelHandler(() -> {
            stream.stop();
            turn.end();
        });
        caller.setOnCloseHandler(turn::end);
        caller.setOnReadyHandler(stream::goOn);
        turn.begin();
    }

    private void send(ReadPayloadRequest request, Part part, ChunkStream stream, ServerCallStreamObserver<?> caller) {
        try {
            stream.send(direct(request, part).substring((int) request.getOffset()));
        } catch (RuntimeException e) {
            caller.onError(e);
        }
    }

    private Part onlyPart(ReadPayloadRequest request) {
        VersionRecord record = versions.withPayload(request.getTopic(), request.getVersion());
        if (record.getPartsCount() != 1) {
            throw new IllegalStateException(request.getTopic() + " version " + request.getVersion() + " has "
                    + record.getPartsCount() + " parts; this node knows versions of one part only");
        }
        return record.getParts(0);
    }

    private ByteString direct(ReadPayloadRequest request, Part part) {
        try {
            return payloads.read(part);
        } catch (MissingPayload e) {
            consistency.suspect(request.getTopic(), request.getVersion());
            throw ServiceException.of(
                    ErrorCode.GONE,
                    "payload of " + request.getTopic() + " version " + request.getVersion() + " is not in the store");
        }
    }

    private static void checkOffset(long offset, Part part) {
        if (offset < 0) {
            throw new InvalidField("offset", offset, "0 or more");
        }
        if (offset > part.getSize()) {
            throw ServiceException.of(
                    ErrorCode.RANGE_NOT_SATISFIABLE,
                    "offset: " + offset + " (expected: at most the payload's size, " + part.getSize() + ")");
        }
    }
}
