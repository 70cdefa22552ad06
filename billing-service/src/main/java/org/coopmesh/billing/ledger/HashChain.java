package org.coopmesh.billing.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Chains transactions by SHA-256, so that one head fixes the book up to it: {@code head = SHA-256(head before ‖ SHA-256(canonical
 * bytes))}, from 32 zero bytes on. The canonical bytes name persons' accounts by alias and what is said by its hash, so
 * that members can check them. {@code tools/verify/README.md} has the format for who writes a check of their own.
 */
final class HashChain {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private byte[] head;

    HashChain(byte[] head) {
        this.head = head.clone();
    }

    static HashChain fromTheBeginning() {
        return new HashChain(new byte[32]);
    }

    void append(WrittenTransaction transaction) {
        MessageDigest chain = sha256();
        chain.update(head);
        head = chain.digest(sha256().digest(canonical(transaction).getBytes(UTF_8)));
    }

    byte[] head() {
        return head.clone();
    }

    static String canonical(WrittenTransaction transaction) {
        TransactionId reverses = transaction.reverses();
        var text =
                new StringBuilder("coopmesh transaction 1\n")
                        .append("id ")
                        .append(transaction.id().value())
                        .append("\neffective ")
                        .append(time(transaction.effectiveAt()))
                        .append("\nhappened ")
                        .append(time(transaction.happenedAt()))
                        .append("\nrecorded ")
                        .append(time(transaction.recordedAt()))
                        .append("\nreverses ")
                        .append(reverses == null ? "-" : reverses.value())
                        .append("\nwhat ")
                        .append(hash(transaction.what()))
                        .append('\n');
        for (WrittenTransaction.Line line : transaction.lines()) {
            text.append("posting ")
                    .append(line.amount().microUnits())
                    .append(' ')
                    .append(line.amount().currency())
                    .append(' ')
                    .append(line.from().publicName())
                    .append(' ')
                    .append(line.to().publicName())
                    .append('\n');
        }
        return text.toString();
    }

    /** SHA-256 of {@code text} in UTF-8, in hexadecimal. */
    static String hash(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(UTF_8)));
    }

    /** In microseconds, as the database keeps it; a dash for none. */
    static String time(@Nullable Instant instant) {
        return instant == null ? "-" : MICROS.format(instant);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }
}
