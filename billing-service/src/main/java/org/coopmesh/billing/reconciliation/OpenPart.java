package org.coopmesh.billing.reconciliation;

import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * A part of an entry as it is kept, and how much of it waits.
 *
 * @param placed what of it stands in the book
 */
record OpenPart(
        UUID id,
        UUID entry,
        UUID account,
        LocalDate bookedOn,
        LocalDate valueOn,
        @Nullable String bankReference,
        @Nullable String code,
        boolean reversal,
        @Nullable String information,
        boolean onStatement,
        Money placed,
        BankEntry.Part part) {
    /** What of it has no place yet, with its sign. */
    Money open() {
        return part.amount().minus(placed);
    }

    /** Whether the bank took money back that it had brought, or brought back what had gone. */
    boolean isReturn() {
        return reversal || part.returnReason() != null;
    }

    /** All that was written with it, for references to be looked for. */
    String words() {
        var words = new StringBuilder();
        for (String each :
                new String[] {part.reference(), part.text(), part.endToEndId(), information}) {
            if (each != null) words.append(each).append('\n');
        }
        return words.toString();
    }
}
