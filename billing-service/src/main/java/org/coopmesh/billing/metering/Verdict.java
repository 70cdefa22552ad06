package org.coopmesh.billing.metering;

/** Whether a report counts. Either way it is kept. */
sealed interface Verdict {
    /**
     * Its bytes count.
     *
     * @param late told long after the window was over: from a backlog, or by a slow clock
     */
    record Counted(boolean late) implements Verdict {}

    /** Billed as zero until a person decides. */
    record Implausible(Reason reason) implements Verdict {}

    /** Why a report is set aside. */
    enum Reason {
        ENDS_BEFORE_START("endsBeforeStart", "the window does not end after it starts"),
        WINDOW_TOO_LONG("windowTooLong", "the window is longer than an hour"),
        FROM_THE_FUTURE(
                "fromTheFuture", "the window is from the future, by the clock of the service"),
        TOO_OLD("tooOld", "the window is older than a node can keep"),
        COUNTER_OVERFLOW("counterOverflow", "a counter or a sum of counters passes 2^63"),
        BEYOND_LINE_RATE("beyondLineRate", "more bytes than the line can carry in the window"),
        UNKNOWN_ATTACHMENT(
                "unknownAttachment", "an attachment that is not known, or not known yet"),
        FOREIGN_ATTACHMENT("foreignAttachment", "claims as its own the attachment of another node"),
        CHAIN_BROKEN("chainBroken", "does not fit to the hash of the reports beside it"),
        CONFLICT("conflict", "another report with the same boot and sequence is kept already");

        private final String code;
        private final String sentence;

        Reason(String code, String sentence) {
            this.code = code;
            this.sentence = sentence;
        }

        /** For the database and for those who switch on it. */
        String code() {
            return code;
        }

        /** For people: the code and the sentence. */
        String told() {
            return code + ": " + sentence;
        }

        static Reason of(String code) {
            for (Reason reason : values()) {
                if (reason.code.equals(code)) return reason;
            }
            throw new IllegalArgumentException("no such reason: " + code);
        }
    }
}
