package org.coopmesh.membership.member;

import java.time.ZoneId;
import java.util.Currency;
import java.util.List;

/**
 * The co-op that this installation serves.
 *
 * @param poolsV4 canonical CIDR; attachments are taken from them
 * @param poolsV6 canonical CIDR; attachments are taken from them
 * @param garden addresses and prefixes in canonical CIDR that stay reachable from the walled garden
 */
public record Coop(
        String name,
        Currency currency,
        ZoneId zone,
        List<String> poolsV4,
        List<String> poolsV6,
        List<String> garden,
        int rulesVersion,
        String rulesText) {
    public Coop {
        if (name.isBlank()) throw new IllegalArgumentException("a co-op needs a name");
        if (poolsV4.isEmpty() && poolsV6.isEmpty())
            throw new IllegalArgumentException("a co-op needs at least one address pool");
        if (rulesVersion < 1) throw new IllegalArgumentException("rules count from 1");
        poolsV4 = List.copyOf(poolsV4);
        poolsV6 = List.copyOf(poolsV6);
        garden = List.copyOf(garden);
    }
}
