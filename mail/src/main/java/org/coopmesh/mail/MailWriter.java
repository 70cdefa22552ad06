package org.coopmesh.mail;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes letters. Asked when a mail's turn comes, outside any transaction, so that it tells what is true then. */
public interface MailWriter {
    /** The notices that it writes. Nobody else writes them. */
    Set<String> writes();

    /** May be asked again for the same mail, where a server said "later". */
    Written write(Mail mail);

    /** What became of writing. */
    sealed interface Written {
        /**
         * A letter as it leaves.
         *
         * @param to one address
         * @param subject one line
         * @param body lines, each but the last ended by a line feed
         */
        record Ready(
                String to,
                Locale language,
                String subject,
                String body,
                @Nullable Enclosure enclosure)
                implements Written {}

        /** There is no address to send it to. */
        record Unaddressed() implements Written {}

        /** There is nothing to tell any more. */
        record Nothing() implements Written {}
    }
}
