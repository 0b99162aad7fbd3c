package io.octavo.server.subscribe;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicInteger;

/** What one answer has taken of the {@link InlineBudget}, until the network has it or its caller is gone. */
final class InlineLoan {
    private final InlineBudget budget;
    private final AtomicInteger taken = new AtomicInteger();

    InlineLoan(InlineBudget budget) {
        this.budget = budget;
    }

    boolean tryTake(int bytes) {
        if (!budget.tryTake(bytes)) {
            return false;
        }
        taken.addAndGet(bytes);
        return true;
    }

    void giveBack(int bytes) {
        taken.addAndGet(-bytes);
        budget.giveBack(bytes);
    }

    boolean isEmpty() {
        return taken.get() == 0;
    }

    void end() {
        budget.giveBack(taken.getAndSet(0));
    }

    /** After the answer: a caller who went before it was made has ended the loan too early. */
    void sent(ServerCallStreamObserver<?> caller) {
        if (caller.isCancelled()) {
            end();
        }
    }
}
