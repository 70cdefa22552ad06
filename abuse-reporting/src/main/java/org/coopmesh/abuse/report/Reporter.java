package org.coopmesh.abuse.report;

import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;

/** Who complains. Told to nobody but the reporter; a moderator learns the kind only. */
public sealed interface Reporter {
    /** A member who was signed in. */
    record OfMember(MemberId member) implements Reporter {}

    /**
     * Somebody who left an address to write to; it is not verified.
     *
     * @param language that they read; null where nobody knows, and the co-op's is written
     */
    record OfMail(String email, @Nullable Language language) implements Reporter {}

    /** A program with a key of the co-op. */
    record OfPartner(PartnerId partner) implements Reporter {}

    /** Nobody in particular. */
    record Anonymous() implements Reporter {}

    default String kind() {
        return switch (this) {
            case OfMember m -> "member";
            case OfMail m -> "mail";
            case OfPartner p -> "partner";
            case Anonymous a -> "anonymous";
        };
    }
}
