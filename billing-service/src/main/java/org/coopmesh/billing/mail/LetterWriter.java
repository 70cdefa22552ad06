package org.coopmesh.billing.mail;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.party.Language;

/** Who knows what a notice tells. Asked when the mail's turn comes, so that it tells what is true then. */
public interface LetterWriter {
    /** The notices that it knows. Nobody else knows them. */
    Set<Notice> writes();

    /** What there is to tell about {@code about}; empty where there is nothing any more, and the mail is dropped. */
    Optional<Letter> letter(Notice notice, UUID about, Language language);
}
