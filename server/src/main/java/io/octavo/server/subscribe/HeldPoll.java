package io.octavo.server.subscribe;

import io.grpc.stub.ServerCallStreamObserver;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;

/** A poll that waits for something which its process would act on. */
final class HeldPoll extends Waiter {
    private final PollRequest request;
    private final ServerCallStreamObserver<PollResponse> caller;
    private final PollAnswers polls;
    private final InlineLoan loan;

    HeldPoll(PollRequest request, ServerCallStreamObserver<PollResponse> caller, PollAnswers polls, InlineLoan loan) {
        this.request = request;
        this.caller = caller;
        this.polls = polls;
        this.loan = loan;
    }

    @Override
    int topics() {
        return request.getTopicsCount();
    }

    @Override
    String topic(int index) {
        return request.getTopics(index).getTopic();
    }

    @Override
    boolean wants(int index, CachedTopic now) {
        return PollAnswers.isUrgent(request.getTopics(index), now, request.getConsumer());
    }

    @Override
    int answer() {
        News news = polls.news(request);
        PollResponse answer = news == null ? polls.nothing(true) : polls.answer(news, true, loan);
        caller.onNext(answer);
        caller.onCompleted();
        loan.sent(caller);
        return answer.getSerializedSize();
    }

    @Override
    void fail(Throwable error) {
        loan.end();
        caller.onError(error);
    }

    @Override
    void sendAway(Duration retryAfter) {
        caller.onError(
                ServiceException.unavailable("this node goes away; ask another one", retryAfter.plusMillis(1), null));
    }

    @Override
    int weight() {
        return 3 * request.getSerializedSize();
    }
}
