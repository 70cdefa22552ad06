package org.coopmesh.nodeagent.access;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.coopmesh.nodeagent.netfilter.MeshTable;

/** Enforces entries on the packets of this node, and feeds the counters of each attachment. For one thread; entries are this package's own. */
public sealed interface Firewall extends AutoCloseable permits NftablesFirewall, NoFirewall {

    /**
     * Enforces in the kernel, in the table of this name and no other.
     *
     * @param gateway whether slow lanes of other nodes' attachments are enforced too
     * @param portal whether plain HTTP of the walled is led to {@link CaptivePortal}
     * @param parts what else stands in the table, and is restored with it
     */
    static Firewall nftables(
            String table, boolean gateway, boolean portal, List<MeshTable.Part> parts) {
        List<MeshTable.Part> all = new ArrayList<>(parts);
        if (portal) {
            all.addFirst(MeshTable.portal(CaptivePortal.PORT));
        }
        return new NftablesFirewall(MeshTable.open(table, all), gateway, portal);
    }

    /** As {@link #nftables(String, boolean, boolean, List)}, with nothing else in the table. */
    static Firewall nftables(String table, boolean gateway, boolean portal) {
        return nftables(table, gateway, portal, List.of());
    }

    /** As {@link #nftables(String, boolean, boolean)}, without a portal. */
    static Firewall nftables(String table, boolean gateway) {
        return nftables(table, gateway, false);
    }

    /** Whether the kernel took this part of the table. */
    boolean has(String part);

    /** Enforces nothing, for machines without nftables. */
    static Firewall none() {
        return new NoFirewall();
    }

    /** Makes the kernel enforce exactly these rules, whatever it did before, in one transaction. */
    Enforced replace(Rules rules, Instant now) throws EnforcementFailed;

    /** As {@link #replace}, from rules that are enforced already and differ from {@code rules} by these changes. */
    Enforced change(Rules rules, List<Changed> changes, Instant now) throws EnforcementFailed;

    /**
     * Looks whether the kernel still enforces these rules, and makes it do so where another took them away.
     *
     * @return what is enforced anew; empty where nothing was amiss
     */
    Optional<Enforced> check(Rules rules, Instant now) throws EnforcementFailed;

    @Override
    void close();

    /** All entries to enforce. */
    interface Rules {
        void forEach(Each each);

        /** Takes one entry under its key. */
        interface Each {
            void accept(String key, Entry entry);
        }
    }

    /** What one key said before and says now. */
    record Changed(String key, Optional<Entry> before, Optional<Entry> after) {}

    /** The kernel's answer: elements by set name, and under other names what else there is to tell in numbers. */
    record Enforced(Map<String, Long> setSizes) {}
}
