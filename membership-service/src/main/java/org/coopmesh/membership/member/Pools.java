package org.coopmesh.membership.member;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The rules that address pools keep. Attachments take a /24 and a /64 each, so a pool holds at least one of them. */
final class Pools {
    private static final int LENGTH_MIN = 8;
    private static final int LENGTH_MAX_V4 = 24;
    private static final int LENGTH_MAX_V6 = 64;

    /** What no household can be given: this host, loopback, link-local, multicast and reserved. */
    private static final List<Cidr> NOT_TO_BE_GIVEN =
            Stream.of(
                            "0.0.0.0/8",
                            "127.0.0.0/8",
                            "169.254.0.0/16",
                            "224.0.0.0/4",
                            "240.0.0.0/4",
                            "::/8",
                            "fe80::/10",
                            "ff00::/8")
                    .map(Cidr::of)
                    .toList();

    private Pools() {}

    /**
     * Checks pools that come beside others.
     *
     * @throws Unacceptable naming field and prefix: it is no prefix, of the other family, too small or too large, not to be
     *     given to anybody, or overlaps another pool
     */
    static void check(List<Cidr> others, List<String> poolsV4, List<String> poolsV6) {
        var all = new ArrayList<>(others);
        check(poolsV4, "poolsV4", true, all);
        check(poolsV6, "poolsV6", false, all);
        if (poolsV4.isEmpty() && poolsV6.isEmpty()) {
            throw new Unacceptable("pools-unacceptable", "poolsV4", "no address pool is given");
        }
    }

    private static void check(List<String> texts, String field, boolean v4, List<Cidr> all) {
        for (String text : texts) {
            Cidr pool = cidr(text, field);
            if (pool.isV4() != v4
                    || pool.length() > (v4 ? LENGTH_MAX_V4 : LENGTH_MAX_V6)
                    || pool.length() < LENGTH_MIN) {
                throw new Unacceptable(
                        "pools-unacceptable", field, "cannot be a pool here: " + text);
            }
            if (NOT_TO_BE_GIVEN.stream().anyMatch(pool::overlaps)) {
                throw new Unacceptable(
                        "pools-unacceptable",
                        field,
                        "has addresses that no household can have: " + text);
            }
            if (all.stream().anyMatch(pool::overlaps)) {
                throw new Unacceptable(
                        "pools-unacceptable", field, "overlaps another pool: " + text);
            }
            all.add(pool);
        }
    }

    /**
     * Reads a prefix.
     *
     * @throws Unacceptable naming the field if it is none
     */
    static Cidr cidr(String text, String field) {
        try {
            return Cidr.of(text);
        } catch (IllegalArgumentException malformed) {
            throw new Unacceptable("pools-unacceptable", field, "not a prefix: " + text);
        }
    }
}
