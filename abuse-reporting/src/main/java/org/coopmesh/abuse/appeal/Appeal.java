package org.coopmesh.abuse.appeal;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/**
 * An appeal. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Lodged ──grant──▶ Granted
 *      └───refuse──▶ Refused
 * </pre>
 */
public sealed interface Appeal {
    Filing filing();

    /** Waits for a moderator. */
    record Lodged(Filing filing) implements Appeal {
        /** The decision was taken back. */
        public Granted grant(MemberId by, String reason, Instant at) {
            return new Granted(filing, by, reason, at);
        }

        /** The decision stands. */
        public Refused refuse(MemberId by, String reason, Instant at) {
            return new Refused(filing, by, reason, at);
        }

        /** Past its date at {@code now}. */
        boolean isOverdue(Instant now) {
            return !filing.dueAt().isAfter(now);
        }
    }

    /** The member was right: every measure has ended. */
    record Granted(Filing filing, MemberId by, String reason, Instant at) implements Appeal {}

    /** The decision stands, for good. */
    record Refused(Filing filing, MemberId by, String reason, Instant at) implements Appeal {}
}
