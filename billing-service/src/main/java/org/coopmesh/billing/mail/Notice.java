package org.coopmesh.billing.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a mail tells, and which values its words may name. */
public enum Notice {
    /** An invoice with something open. */
    INVOICE(Set.of("link"), "number", "total", "open", "due", "link"),
    /** An invoice that credit paid before it was told. */
    INVOICE_PAID(Set.of(), "number", "total"),
    /** A part of an invoice, or all of it, was taken back. */
    CREDIT_NOTE(Set.of(), "number", "invoice", "amount", "reason"),
    /** Money came in. */
    RECEIPT(Set.of(), "amount", "received", "open"),
    /** Something will be, or is, due. */
    REMINDER(Set.of("link"), "number", "total", "open", "due", "link"),
    /** The same, for the last time before it is overdue. */
    LAST_REMINDER(Set.of("link"), "number", "total", "open", "due", "link"),
    /** It is overdue. */
    OVERDUE(Set.of("link"), "number", "total", "open", "due", "link"),
    /** A mandate was signed. */
    MANDATE_SIGNED(Set.of("mandate"), "mandate", "creditor", "account", "days"),
    /** Something will be collected by direct debit; the scheme wants its amount and its day told. */
    COLLECTION(
            Set.of("amount", "day", "mandate", "creditor"),
            "number",
            "amount",
            "day",
            "mandate",
            "creditor",
            "account"),
    /** The bank did not let it be collected, or took it back. */
    COLLECTION_FAILED(Set.of("link"), "number", "amount", "code", "link"),
    /** The same, and it is collected once more. */
    COLLECTION_POSTPONED(Set.of("retry"), "number", "amount", "code", "retry", "link"),
    /** What the payer saved could not be charged, and is charged once more. */
    CHARGE_FAILED(Set.of("link", "retry"), "number", "amount", "reason", "retry", "link"),
    /** It could not be charged, and is not tried again by itself. */
    CHARGE_GIVEN_UP(Set.of("link"), "number", "amount", "reason", "link"),
    /** The wallet could not be filled. */
    TOP_UP_FAILED(Set.of(), "amount", "reason", "link"),
    /** It was agreed that what is open is paid in parts. */
    INSTALMENTS_AGREED(Set.of("parts"), "total", "parts", "link"),
    /** What a payer asked for, to pay in parts, was not agreed. */
    INSTALMENTS_REFUSED(Set.of("reason"), "reason"),
    /** A plan of parts ended before all was paid. */
    INSTALMENTS_ENDED(Set.of("link"), "open", "due", "link");

    private final Set<String> needed;
    private final List<String> places;

    Notice(Set<String> needed, String... places) {
        this.needed = needed;
        var all = new ArrayList<>(List.of("name", "coop"));
        all.addAll(List.of(places));
        this.places = List.copyOf(all);
    }

    /** What its words may name, in braces. */
    public List<String> places() {
        return places;
    }

    /** What its words must name: without it the reader cannot act. */
    Set<String> needed() {
        return needed;
    }

    /** As it is written on the wire and in the table, such as {@code invoice-paid}. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads what {@link #tag} wrote.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    public static Notice of(String tag) {
        return valueOf(tag.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
