package io.octavo.server.payload;

import java.time.InstantSource;

class UploadLedgerTest extends UploadLedgerContract {
    @Override
    protected UploadLedger ledger(InstantSource clock) {
        return new InMemoryUploadLedger(clock);
    }
}
