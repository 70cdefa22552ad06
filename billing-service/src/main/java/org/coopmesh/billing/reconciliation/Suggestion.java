package org.coopmesh.billing.reconciliation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a part of an entry may belong, and why. */
record Suggestion(Confidence confidence, List<Place> places, List<Reason> reasons) {
    /** How much speaks for it. */
    enum Confidence {
        /** A reference says so and nothing speaks against it: posted without asking. */
        CERTAIN,
        /** A person should only have to nod. */
        LIKELY,
        /** One of several. */
        POSSIBLE
    }

    /** What speaks for it. */
    enum Why {
        /** A reference with check digits names the invoice. */
        REFERENCE,
        /** The invoice's number stands in the text. */
        NUMBER,
        /** It is to the cent what is open. */
        AMOUNT_IS_OPEN,
        /** Less than what is open. */
        AMOUNT_BELOW,
        /** More than what is open; the rest becomes credit. */
        AMOUNT_ABOVE,
        /** Nothing is open on the invoice any more; it becomes credit. */
        INVOICE_CLOSED,
        /** A person said before that this account is the payer's. */
        PAYER_LEARNED,
        /** That account was said to be another payer's. */
        PAYER_DIFFERS,
        /** Nothing but the amount fits. */
        AMOUNT_ONLY,
        /** It stands in the book already, with the same amount and near that day. */
        IN_BOOK,
        /** The bank says that it came back. */
        RETURN_CODE,
        /** The same end-to-end id as the payment that came back. */
        END_TO_END,
        /** The same account and amount as a payment before. */
        SAME_ACCOUNT,
        /** The rest is what the bank charges for it. */
        BANK_CHARGE,
        /** Just what is still to be paid of a shared cost. */
        COST_OPEN,
        /** The bank names the run of direct debits. */
        COLLECTION,
        /** The other side is an account of the co-op. */
        OWN_ACCOUNT,
        /** The bank's code or text says what it is. */
        BANK_CODE
    }

    /** @param what the number, the code or the day that speaks for it; no names */
    record Reason(Why why, @Nullable String what) {}

    Suggestion {
        places = List.copyOf(places);
        reasons = List.copyOf(reasons);
        if (places.isEmpty() || reasons.isEmpty()) {
            throw new IllegalArgumentException("a suggestion has a place and a reason");
        }
    }
}
