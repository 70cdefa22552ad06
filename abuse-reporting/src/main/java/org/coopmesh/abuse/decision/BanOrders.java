package org.coopmesh.abuse.decision;

import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target;

/**
 * How a decision gets somebody or something banned. Bans stand to the right of decisions, so that decisions do not know them:
 * this is the socket that {@code ban} plugs into, in the transaction of the decision.
 */
public interface BanOrders {
    /**
     * Asks beforehand whether a ban would be refused.
     *
     * @throws BanRefused if the target is never to be banned
     */
    void check(Target target);

    /**
     * Imposes a ban at once. One that holds a shorter time for the same target gives way.
     *
     * @throws BanRefused if the target is never to be banned
     * @throws AlreadyBanned if it is banned as long already
     */
    void impose(BanOrder order);

    /** Lifts what the decision imposed and still holds. */
    void lift(DecisionId decision, MemberId by, String reason);
}
