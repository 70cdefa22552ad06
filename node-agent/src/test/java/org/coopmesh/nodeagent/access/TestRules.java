package org.coopmesh.nodeagent.access;

import static org.coopmesh.nodeagent.access.TestLists.attachment;
import static org.coopmesh.nodeagent.access.TestLists.ban;
import static org.coopmesh.nodeagent.access.TestLists.full;
import static org.coopmesh.nodeagent.access.TestLists.garden;
import static org.coopmesh.nodeagent.access.TestLists.list;
import static org.coopmesh.nodeagent.access.TestLists.rules;

import java.time.Instant;
import java.util.List;
import org.coopmesh.contracts.membership.v1.AccessRule;

/** Rules for tests of what is counted: A is an attachment of this node, B of another, the portal is in the garden. */
public final class TestRules {

    public static final String A = TestLists.A;
    public static final String B = TestLists.B;

    private static final AccessList TWO =
            list(
                    full(A, 1),
                    attachment(B, TestLists.OTHER_NODE, 2, AccessRule.ACCESS_RULE_FULL, 0),
                    garden("10.200.0.1/32"));

    private TestRules() {}

    public static Firewall enforceTwoAttachments(String table) throws EnforcementFailed {
        Firewall firewall = Firewall.nftables(table, false);
        replaceWithTwoAttachments(firewall);
        return firewall;
    }

    public static Firewall enforceTwoAttachmentsAndBan(String table, String address)
            throws EnforcementFailed {
        Firewall firewall = Firewall.nftables(table, false);
        firewall.replace(rules(TWO.with(List.of(ban(address + "/32")))), Instant.now());
        return firewall;
    }

    public static void replaceWithTwoAttachments(Firewall firewall) throws EnforcementFailed {
        firewall.replace(rules(TWO), Instant.now());
    }

    public static void replaceWithNothing(Firewall firewall) throws EnforcementFailed {
        firewall.replace(rules(AccessList.EMPTY), Instant.now());
    }
}
