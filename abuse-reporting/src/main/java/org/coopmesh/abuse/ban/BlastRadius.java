package org.coopmesh.abuse.ban;

import java.util.Optional;
import org.coopmesh.abuse.subject.Reach;

/** What a ban would hit, shown before it is imposed; and by which rule it would be refused. */
public record BlastRadius(Reach reach, Optional<Refusal> refused) {
    /** Why it would be refused: one word for programs, one sentence for people. */
    public record Refusal(String rule, String why) {}
}
