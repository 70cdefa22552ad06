package org.coopmesh.membership.roster;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.SiteId;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Which nodes were agreed for each site, by name; whether they are there is for who knows nodes to say. */
@Service
public class Agreed {
    /** Nodes agreed for one site. */
    static final int PER_SITE_MAX = 50;

    /** As long as a node's name may be. */
    static final int NAME_MAX = 80;

    private final ExpectedNodes nodes;
    private final Membership membership;
    private final Clock clock;

    Agreed(ExpectedNodes nodes, Membership membership, Clock clock) {
        this.nodes = nodes;
        this.membership = membership;
        this.clock = clock;
    }

    /** What two names have in common that mean the same node. */
    public static String key(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /** The names by site; a site for which nothing was agreed is left out. */
    @Transactional(readOnly = true)
    public Map<SiteId, List<String>> bySite() {
        return nodes.all();
    }

    /**
     * Sets which nodes a site is to have; none for nothing agreed.
     */
    @Transactional
    void set(SiteId site, Collection<String> names, MemberId by) {
        membership.mustBeThere(site);
        nodes.set(site, names, by, clock.instant());
    }
}
