package org.coopmesh.membership.privacy;

import java.util.Map;
import java.util.Optional;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.standing.StandingReview;
import org.coopmesh.privacy.PersonalData;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Forgets who somebody was, as far as the register allows. */
@Service
class Erasure {
    private static final int NODES_MAX = 200;

    private final Membership membership;
    private final NodeRegister nodes;
    private final StandingReview standings;
    private final PersonalData data;

    Erasure(
            Membership membership,
            NodeRegister nodes,
            StandingReview standings,
            PersonalData data) {
        this.membership = membership;
        this.nodes = nodes;
        this.standings = standings;
        this.data = data;
    }

    /**
     * Deletes and blanks what the register says goes, ends sign-in for good, and tells the other services; all or nothing. Erasing
     * somebody a second time finds nothing left.
     *
     * @return rows that went or were blanked, by table
     * @throws ErasureHindered while they belong, owe, or answer for something
     */
    @Transactional
    Map<String, Integer> erase(MemberId member, MemberId by) {
        hindrance(member)
                .ifPresent(why -> {
                    throw new ErasureHindered(why);
                });
        Map<String, Integer> rows = data.erase(member.value(), Map.of());
        membership.erased(member, by);
        return rows;
    }

    private Optional<String> hindrance(MemberId member) {
        Optional<String> hindered = membership.hindersErasure(member);
        if (hindered.isPresent()) return hindered;
        if (standings.owes(membership.payerOf(member)))
            return Optional.of("an invoice of theirs is overdue");
        boolean answers =
                nodes.page(member, null, NODES_MAX).stream()
                        .anyMatch(node ->
                                node instanceof Node.Pending || node instanceof Node.Enrolled);
        return answers
                ? Optional.of("a node of theirs is in service: retire it or give it to somebody")
                : Optional.empty();
    }
}
