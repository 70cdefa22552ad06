package org.coopmesh.billing.directdebit;

import java.util.Set;

/** What follows from a bank's reason for a collection that failed or went back (ISO 20022 external codes, as the EPC uses them). */
enum ReturnCode {
    /** The account, the mandate or the payer's bank stands against it: nothing is collected until the mandate is put right. */
    SUSPEND,
    /** It may go well another day. */
    RETRY,
    /** The payer had it back, which is their right within eight weeks: the invoice is owed, and not collected again. */
    REFUND,
    /** The co-op's file or something unknown: a person looks; the invoice is owed, and not collected again. */
    REVIEW;

    private static final Set<String> SUSPENDING =
            Set.of(
                    "AC01", "AC04", "AC06", "AC13", "AG01", "AG03", "DNOR", "MD01", "MD02", "MD07",
                    "MD15", "MD16", "MD17", "MS02", "RC01", "RR01", "RR02", "RR04", "SL01", "SL11",
                    "SL12", "SL13", "SL14");
    private static final Set<String> PASSING = Set.of("AM04", "ED05", "MS03", "TM01");

    static ReturnCode of(String code) {
        if (SUSPENDING.contains(code)) {
            return SUSPEND;
        }
        if (PASSING.contains(code)) {
            return RETRY;
        }
        return code.equals("MD06") ? REFUND : REVIEW;
    }
}
