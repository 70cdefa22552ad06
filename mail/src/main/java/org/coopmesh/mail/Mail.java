package org.coopmesh.mail;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A mail in the queue.
 *
 * @param messageId its name for mail programs; it stays when the same mail is sent again
 * @param notice the kind of letter, such as {@code receipt}
 * @param about what it tells of: an invoice, a payment, a sign-in
 * @param recipient who it is for, by the service's own id
 * @param attempts how often a server said "later"
 * @param sentTo the address that it was handed over for
 * @param answer what the server said last, or why it stands as it does
 */
public record Mail(
        long id,
        UUID messageId,
        String notice,
        UUID about,
        UUID recipient,
        State state,
        int attempts,
        Instant queuedAt,
        @Nullable Instant sentAt,
        @Nullable String sentTo,
        @Nullable String answer) {

    /** Where a mail stands. */
    public enum State {
        WAITING,
        /** Somebody is at it, and may have begun to hand it over. */
        SENDING,
        /** A server took it. */
        SENT,
        /** A server refused it, or put it off too often. */
        FAILED,
        /** It was being handed over when the line or the service broke; whether it was taken, nobody knows. */
        DOUBTFUL,
        /** There is no address to send it to. */
        UNADDRESSED,
        /** Nothing to tell any more, or a person said so. */
        DROPPED;

        /** As it is written on the wire and in the table, such as {@code sent}. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * Reads what {@link #tag} wrote.
         *
         * @throws IllegalArgumentException if it is none of them
         */
        public static State of(String tag) {
            return valueOf(tag.toUpperCase(Locale.ROOT));
        }
    }
}
