package org.coopmesh.billing.reconciliation;

import java.util.Currency;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a file of a bank, whichever of the formats it has. */
final class BankFileReader {
    private BankFileReader() {}

    /** Which format a file has, told by how it begins. */
    enum Format {
        CAMT,
        MT940,
        CSV;

        static Format of(byte[] file) {
            return CamtReader.recognises(file) ? CAMT : Mt940Reader.recognises(file) ? MT940 : CSV;
        }
    }

    /**
     * @param mapping how CSV is to be read; null where the file itself shall say
     * @param currency of what a CSV file counts in that does not say it
     * @throws BankFileRefused if the file is wrong; then nothing of it is right
     */
    static List<BankStatement> read(byte[] file, @Nullable CsvMapping mapping, Currency currency) {
        FileLimits.bytes(file);
        return switch (Format.of(file)) {
            case CAMT -> CamtReader.read(file);
            case MT940 -> Mt940Reader.read(file);
            case CSV ->
                    CsvReader.read(
                            file,
                            mapping != null
                                    ? mapping
                                    : CsvReader.propose(file)
                                            .orElseThrow(() ->
                                                    new BankFileRefused(
                                                            0,
                                                            "format",
                                                            "neither camt nor MT940, and as CSV it has no head line that is known: say which column is which")),
                            currency);
        };
    }
}
