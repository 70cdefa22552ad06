package org.coopmesh.billing.invoice;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a payer writes on a transfer so that the money finds its invoice. It follows from the invoice's number and leads
 * back to it; both kinds carry check digits, so a slip of the pen is found and not believed.
 */
public sealed interface PaymentReference {
    /** As it stands in a bank's file: no spaces, upper case. */
    String text();

    /** As people read it. */
    String printed();

    /** The number of the invoice it was made for; empty where somebody else made it. */
    Optional<String> invoiceNumber();

    /** Which kind a co-op writes on its invoices. Either is understood when money comes in. */
    enum Kind {
        /** ISO 11649, everywhere in SEPA. */
        CREDITOR,
        /** The structured communication of Belgian banks. */
        BELGIAN
    }

    /**
     * The reference of the invoice {@code number}. A Belgian one has room for a million numbers a year; beyond that it is
     * a creditor reference.
     *
     * @throws IllegalArgumentException if that is no invoice's number, such as {@code 2026-000123}
     */
    static PaymentReference of(Kind kind, String number) {
        String digits = digits(number);
        return switch (kind) {
            case CREDITOR -> creditor(number);
            case BELGIAN ->
                    digits.length() == Belgian.NUMBER_DIGITS
                            ? Belgian.over(digits)
                            : creditor(number);
        };
    }

    /**
     * The ISO 11649 reference of the invoice {@code number}.
     *
     * @throws IllegalArgumentException if that is no invoice's number, such as {@code 2026-000123}
     */
    static Creditor creditor(String number) {
        return Creditor.over(Creditor.OURS + digits(number));
    }

    /**
     * Reads one reference and nothing else. Case and spaces do not count.
     *
     * @return empty if it is neither kind or its check digits are wrong
     */
    static Optional<PaymentReference> parse(String text) {
        String bare = Creditor.bare(text);
        if (Creditor.isValid(bare)) {
            return Optional.of(new Creditor(bare));
        }
        Matcher belgian = Belgian.WRITTEN.matcher(text.strip());
        return belgian.matches() ? Belgian.of(belgian) : Optional.empty();
    }

    /**
     * The references of our invoices in what somebody wrote on a transfer: in any case, with spaces or dashes anywhere, in
     * the midst of other text. In the order in which they stand, each once.
     *
     * @param text at most {@link #TEXT_MAX} characters are read
     */
    static List<PaymentReference> findIn(String text) {
        String read = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) : text;
        var found = new LinkedHashSet<PaymentReference>();
        Matcher ours = Creditor.WRITTEN.matcher(read);
        while (ours.find()) {
            Creditor.shortest(Creditor.bare(ours.group())).ifPresent(found::add);
        }
        Matcher belgian = Belgian.WRITTEN.matcher(read);
        while (belgian.find()) {
            Belgian.of(belgian)
                    .filter(each -> each.invoiceNumber().isPresent())
                    .ifPresent(found::add);
        }
        return new ArrayList<>(found);
    }

    /** A bank's free text has 140 characters, or a few times that where it comes in parts. */
    int TEXT_MAX = 4_000;

    private static String digits(String number) {
        if (!Digits.NUMBER.matcher(number).matches()) {
            throw new IllegalArgumentException("no invoice number: " + number);
        }
        return number.replace("-", "");
    }

    private static Optional<String> number(String digits) {
        String number = digits.substring(0, Digits.SERIES) + "-" + digits.substring(Digits.SERIES);
        return Digits.NUMBER.matcher(number).matches() ? Optional.of(number) : Optional.empty();
    }

    /** ISO 11649: {@code RF}, two check digits, and up to 21 letters and digits. */
    record Creditor(String text) implements PaymentReference {
        private static final String OURS = "COOP";
        private static final int HEAD = 4;
        private static final int GROUP = 4;
        private static final int CHECKED = Digits.MODULUS + 1;
        private static final Pattern FORM = Pattern.compile("RF[0-9]{2}[A-Z0-9]{1,21}");
        private static final Pattern OUR_FORM =
                Pattern.compile("RF[0-9]{2}" + OURS + "([0-9]{10,17})");
        private static final Pattern WRITTEN =
                Pattern.compile(
                        "R[\\s-]*F(?:[\\s-]*[0-9]){2}[\\s-]*C[\\s-]*O[\\s-]*O[\\s-]*P(?:[\\s-]*[0-9]){10,17}",
                        Pattern.CASE_INSENSITIVE);

        public Creditor {
            if (!isValid(text)) {
                throw new IllegalArgumentException("no creditor reference: " + text);
            }
        }

        /**
         * Puts {@code RF} and the check digits before {@code body}.
         *
         * @throws IllegalArgumentException unless that is 1 to 21 upper case letters and digits
         */
        public static Creditor over(String body) {
            if (!FORM.matcher("RF00" + body).matches()) {
                throw new IllegalArgumentException("1 to 21 letters and digits: " + body);
            }
            return new Creditor("RF%02d%s".formatted(CHECKED - remainder(body + "RF00"), body));
        }

        @Override
        public String printed() {
            return String.join(" ", text.split("(?<=\\G.{" + GROUP + "})"));
        }

        @Override
        public Optional<String> invoiceNumber() {
            Matcher ours = OUR_FORM.matcher(text);
            return ours.matches() ? number(ours.group(1)) : Optional.empty();
        }

        private static String bare(String written) {
            return written.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
        }

        private static boolean isValid(String bare) {
            return FORM.matcher(bare).matches()
                    && remainder(bare.substring(HEAD) + bare.substring(0, HEAD)) == 1;
        }

        /** Digits that follow, such as an amount, are not the reference's: the shortest that its check digits vouch for. */
        private static Optional<PaymentReference> shortest(String bare) {
            for (int end = HEAD + 1; end <= bare.length(); end++) {
                String tried = bare.substring(0, end);
                if (OUR_FORM.matcher(tried).matches() && isValid(tried)) {
                    var reference = new Creditor(tried);
                    if (reference.invoiceNumber().isPresent()) {
                        return Optional.of(reference);
                    }
                }
            }
            return Optional.empty();
        }

        private static int remainder(String text) {
            var digits = new StringBuilder();
            text.chars().forEach(c -> digits.append(Character.digit(c, Character.MAX_RADIX)));
            return Digits.remainder(digits.toString());
        }
    }

    /** The Belgian structured communication: ten digits and their remainder by 97. */
    record Belgian(String text) implements PaymentReference {
        private static final int NUMBER_DIGITS = 10;
        private static final Pattern FORM = Pattern.compile("[0-9]{12}");
        private static final Pattern WRITTEN =
                Pattern.compile(
                        "(?<![0-9/])([0-9]{3})\\s*/?\\s*([0-9]{4})\\s*/?\\s*([0-9]{5})(?![0-9/])"
                                + "|[+*]{3}\\s*([0-9]{3})\\s*/?\\s*([0-9]{4})\\s*/?\\s*([0-9]{5})\\s*[+*]{3}");

        public Belgian {
            if (!isValid(text)) {
                throw new IllegalArgumentException("no structured communication: " + text);
            }
        }

        /**
         * Puts the check digits behind ten {@code digits}.
         *
         * @throws IllegalArgumentException unless there are ten
         */
        public static Belgian over(String digits) {
            return new Belgian(digits + "%02d".formatted(check(digits)));
        }

        @Override
        public String printed() {
            return "+++"
                    + text.substring(0, 3)
                    + "/"
                    + text.substring(3, 7)
                    + "/"
                    + text.substring(7)
                    + "+++";
        }

        @Override
        public Optional<String> invoiceNumber() {
            return number(text.substring(0, NUMBER_DIGITS));
        }

        private static Optional<PaymentReference> of(Matcher written) {
            String bare = written.group().replaceAll("[^0-9]", "");
            return isValid(bare) ? Optional.of(new Belgian(bare)) : Optional.empty();
        }

        private static boolean isValid(String bare) {
            return FORM.matcher(bare).matches()
                    && check(bare.substring(0, NUMBER_DIGITS))
                            == Integer.parseInt(bare.substring(NUMBER_DIGITS));
        }

        private static int check(String digits) {
            int remainder = Digits.remainder(digits);
            return remainder == 0 ? Digits.MODULUS : remainder;
        }
    }

    /** What both kinds reckon with. */
    final class Digits {
        private static final int MODULUS = 97;
        private static final int SERIES = 4;
        private static final Pattern NUMBER =
                Pattern.compile("[0-9]{4}-(?!000000)(?:[0-9]{6}|[1-9][0-9]{6,12})");

        private Digits() {}

        private static int remainder(String digits) {
            return new BigInteger(digits).mod(BigInteger.valueOf(MODULUS)).intValueExact();
        }
    }
}
