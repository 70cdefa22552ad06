package org.coopmesh.membership.zone;

import java.util.Comparator;

/**
 * One record of the zone in the form of a zone file; all live five minutes.
 *
 * @param owner absolute, with a dot at its end
 */
record ZoneRecord(String owner, String type, String rdata) implements Comparable<ZoneRecord> {
    static final long TTL_SECONDS = 300;

    private static final Comparator<ZoneRecord> ORDER =
            Comparator.comparing(ZoneRecord::owner)
                    .thenComparing(ZoneRecord::type)
                    .thenComparing(ZoneRecord::rdata);

    @Override
    public int compareTo(ZoneRecord other) {
        return ORDER.compare(this, other);
    }

    boolean isAddress() {
        return type.equals("A") || type.equals("AAAA");
    }

    /** As in a file of hosts: "10.201.1.1 mill.village.mesh". */
    String hostLine() {
        return rdata + " " + owner.substring(0, owner.length() - 1);
    }
}
