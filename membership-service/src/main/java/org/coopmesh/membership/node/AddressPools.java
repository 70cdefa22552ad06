package org.coopmesh.membership.node;

import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The pools that prefixes for attachments are cut from. */
record AddressPools(List<Prefix> pools) {
    static final int LENGTH_V4 = 24;
    static final int LENGTH_V6 = 64;

    /** The lowest free /24 of the IPv4 pools; {@code taken} is what no new prefix may overlap. */
    Optional<Prefix> freeV4(Collection<Prefix> taken) {
        return free(false, LENGTH_V4, taken);
    }

    /** The lowest free /64 of the IPv6 pools. */
    Optional<Prefix> freeV6(Collection<Prefix> taken) {
        return free(true, LENGTH_V6, taken);
    }

    boolean hasFamily(boolean v6) {
        return pools.stream().anyMatch(pool -> pool.v6() == v6);
    }

    private Optional<Prefix> free(boolean v6, int length, Collection<Prefix> taken) {
        return pools.stream()
                .filter(pool -> pool.v6() == v6 && pool.length() <= length)
                .flatMap(pool -> free(pool, length, taken).stream())
                .findFirst();
    }

    /** Walks the taken ranges in ascending order, so the cost follows what is taken and not the size of the pool. */
    private static Optional<Prefix> free(Prefix pool, int length, Collection<Prefix> taken) {
        BigInteger step = BigInteger.ONE.shiftLeft(pool.bits() - length);
        BigInteger poolEnd = pool.network().add(pool.size());
        var ends = new TreeMap<BigInteger, BigInteger>();
        for (Prefix prefix : taken) {
            if (prefix.overlaps(pool)) {
                ends.merge(prefix.network(), prefix.network().add(prefix.size()), BigInteger::max);
            }
        }
        BigInteger candidate = pool.network();
        for (var range : ends.entrySet()) {
            if (range.getKey().compareTo(candidate.add(step)) >= 0) {
                break;
            }
            if (range.getValue().compareTo(candidate) > 0) {
                candidate = roundUp(range.getValue(), step);
            }
        }
        return candidate.add(step).compareTo(poolEnd) <= 0
                ? Optional.of(new Prefix(candidate, length, pool.v6()))
                : Optional.empty();
    }

    private static BigInteger roundUp(BigInteger address, BigInteger step) {
        return address.add(step).subtract(BigInteger.ONE).divide(step).multiply(step);
    }
}
