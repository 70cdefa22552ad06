package org.coopmesh.billing.invoice;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Gives up what is owed when two people agree, neither of whom owes it. */
@Service
class WritingOff {
    /** How many that wait are shown. */
    static final int WAITING_MAX = 200;

    private final WriteOffs writeOffs;
    private final Invoicing invoicing;
    private final PayerRegister register;
    private final Clock clock;

    WritingOff(WriteOffs writeOffs, Invoicing invoicing, PayerRegister register, Clock clock) {
        this.writeOffs = writeOffs;
        this.invoicing = invoicing;
        this.register = register;
        this.clock = clock;
    }

    /**
     * Asks another person to agree. Asking again changes nothing.
     *
     * @throws InvoiceNotFound if there is none
     * @throws InvoiceClosed if nothing is owed on it
     * @throws WriteOffRefused if it is the caller's own
     */
    @Transactional
    WriteOffs.Asked ask(InvoiceId id, String reason, MemberId by) {
        Invoice invoice = invoicing.find(id);
        requireNotOwn(invoice, by);
        if (!(invoice instanceof Invoice.Owing)) {
            throw new InvoiceClosed(id);
        }
        writeOffs.ask(id, reason, by, clock.instant());
        return writeOffs.asked(id).orElseThrow(() -> new InvoiceClosed(id));
    }

    /**
     * Agrees, and gives up what is owed by now.
     *
     * @throws InvoiceNotFound if there is none
     * @throws InvoiceClosed if nothing is owed on it any more
     * @throws WriteOffRefused if nobody asked, the caller asked, or it is the caller's own
     */
    @Transactional
    Invoice approve(InvoiceId id, MemberId by) {
        requireNotOwn(invoicing.find(id), by);
        WriteOffs.Asked asked = lock(id);
        if (asked.by().equals(by)) {
            throw new WriteOffRefused("otherPerson", "another person than who asked agrees");
        }
        writeOffs.decide(asked.id(), true, by, clock.instant());
        return invoicing.writeOff(id, asked.reason());
    }

    /**
     * Takes the question back, or says no to it.
     *
     * @throws InvoiceNotFound if there is none
     * @throws WriteOffRefused if nobody asked
     */
    @Transactional
    Invoice withdraw(InvoiceId id, MemberId by) {
        Invoice invoice = invoicing.find(id);
        writeOffs.decide(lock(id).id(), false, by, clock.instant());
        return invoice;
    }

    List<WriteOffs.Asked> waiting() {
        return writeOffs.waiting(WAITING_MAX);
    }

    Optional<WriteOffs.Asked> asked(InvoiceId id) {
        return writeOffs.asked(id);
    }

    private WriteOffs.Asked lock(InvoiceId id) {
        return writeOffs
                .lock(id)
                .orElseThrow(
                        () -> new WriteOffRefused("asked", "nobody asked to give this invoice up"));
    }

    private void requireNotOwn(Invoice invoice, MemberId by) {
        if (register.pays(by, invoice.heading().payer())) {
            throw new WriteOffRefused("notOwn", "nobody decides about what they owe themselves");
        }
    }
}
