package org.coopmesh.billing.reconciliation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What makes an entry itself, in whichever file of the account it stands: the bank's reference and the amount; where the bank gave none,
 * day, amount and all that was written with it. Entries that are equal in all of that are counted.
 */
final class Fingerprint {
    private Fingerprint() {}

    /** One for each entry, in their order. */
    static List<byte[]> of(List<BankEntry> entries) {
        var seen = new HashMap<String, Integer>();
        var prints = new ArrayList<byte[]>(entries.size());
        for (BankEntry entry : entries) {
            String text = text(entry);
            int ordinal = seen.merge(text, 1, Integer::sum);
            prints.add(sha256(text + "\n" + ordinal));
        }
        return prints;
    }

    private static String text(BankEntry entry) {
        String amount = entry.amount().toString();
        if (entry.bankReference() != null) {
            return "reference\n" + entry.bankReference() + "\n" + amount;
        }
        return "said\n"
                + entry.bookedOn()
                + "\n"
                + amount
                + "\n"
                + entry.parts().stream()
                        .map(part ->
                                plain(part.endToEndId())
                                        + "\t"
                                        + plain(part.text())
                                        + "\t"
                                        + plain(part.reference())
                                        + "\t"
                                        + (part.iban() == null ? "" : part.iban()))
                        .collect(Collectors.joining("\n"));
    }

    /** Banks break and join lines differently from file to file. */
    private static String plain(@org.jspecify.annotations.Nullable String text) {
        return text == null ? "" : text.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
    }

    private static byte[] sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }
}
