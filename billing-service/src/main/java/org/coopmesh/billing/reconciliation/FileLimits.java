package org.coopmesh.billing.reconciliation;

/** How large a file of a bank may be, so that reading one never takes the service down. */
final class FileLimits {
    /** What the gateway passes on; ten thousand entries fit. */
    static final int BYTES_MAX = 8 * 1024 * 1024;

    static final int STATEMENTS_MAX = 1_000;

    /** Parts of entries, in all statements of a file. */
    static final int PARTS_MAX = 50_000;

    /** Elements within elements. */
    static final int DEPTH_MAX = 40;

    /** Elements of one entry, with all its parts. */
    static final int ELEMENTS_MAX = 1_000_000;

    /** Characters of one text; no format knows a longer one. */
    static final int TEXT_MAX = 4_000;

    /** Characters that are kept of a text. */
    static final int TEXT_KEPT = 1_000;

    private FileLimits() {}

    static void bytes(byte[] file) {
        if (file.length > BYTES_MAX) {
            throw new BankFileRefused(0, "size", "more than " + BYTES_MAX + " bytes");
        }
        if (file.length == 0) {
            throw new BankFileRefused(0, "empty", "the file is empty");
        }
    }
}
