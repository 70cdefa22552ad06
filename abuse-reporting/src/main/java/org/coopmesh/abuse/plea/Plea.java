package org.coopmesh.abuse.plea;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/**
 * An appeal of somebody who is no member. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Lodged ──grant───▶ Granted
 *      ├───refuse──▶ Refused
 *      └───end─────▶ Over
 * </pre>
 */
public sealed interface Plea {
    Petition petition();

    /** Waits for a moderator. */
    record Lodged(Petition petition) implements Plea {
        /** The ban was lifted. */
        public Granted grant(MemberId by, String reason, Instant at) {
            return new Granted(petition, by, reason, at);
        }

        /** The ban stands. */
        public Refused refuse(MemberId by, String reason, Instant at) {
            return new Refused(petition, by, reason, at);
        }

        /** The ban ended without anybody having heard the appeal. */
        public Over end(Instant at) {
            return new Over(petition, at);
        }

        /** Past its date at {@code now}. */
        boolean isOverdue(Instant now) {
            return !petition.dueAt().isAfter(now);
        }
    }

    /** They were right, or somebody lifted the ban anyway. */
    record Granted(Petition petition, MemberId by, String reason, Instant at) implements Plea {}

    /** The ban stands. */
    record Refused(Petition petition, MemberId by, String reason, Instant at) implements Plea {}

    /** The ban ended by its own time, or gave way to one that holds longer. */
    record Over(Petition petition, Instant at) implements Plea {}
}
