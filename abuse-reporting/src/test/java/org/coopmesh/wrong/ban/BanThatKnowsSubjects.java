package org.coopmesh.wrong.ban;

import java.sql.ResultSet;
import java.time.Instant;
import org.coopmesh.wrong.subject.SubjectThatKnowsBans;

/** A public value that knows SQL and asks the machine for the time. */
public record BanThatKnowsSubjects(ResultSet row, SubjectThatKnowsBans subject) {
    public static Instant at() {
        return Instant.now();
    }
}
