package org.coopmesh.membership.zone;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.coopmesh.membership.names.MeshService;
import org.jspecify.annotations.Nullable;

/** Makes the records of the zone: NS, addresses of names, and services as DNS-SD (RFC 6763) has them. */
final class ZoneContent {
    private static final int PRINTABLE_FIRST = 0x21;
    private static final int PRINTABLE_LAST = 0x7e;

    private final String zone;
    private final SortedSet<ZoneRecord> records = new TreeSet<>();

    private ZoneContent(String zone) {
        this.zone = zone;
    }

    /**
     * A name and where it leads.
     *
     * @param display the label as people read it
     * @param addresses where it has none, the name has no records
     */
    record Entry(
            String label,
            String display,
            @Nullable MeshService service,
            Collection<String> addresses) {}

    /** @param zone without a dot at its end */
    static SortedSet<ZoneRecord> of(
            String zone, Collection<ZoneSettings.NameServer> servers, Collection<Entry> entries) {
        var content = new ZoneContent(zone + ".");
        servers.forEach(content::add);
        entries.forEach(content::add);
        return content.records;
    }

    private void add(ZoneSettings.NameServer server) {
        add(zone, "NS", server.name() + ".");
        if (server.address() != null && (server.name() + ".").endsWith("." + zone)) {
            address(server.name() + ".", server.address());
        }
    }

    private void add(Entry entry) {
        if (entry.addresses().isEmpty()) return;
        String owner = entry.label() + "." + zone;
        entry.addresses().forEach(address -> address(owner, address));
        MeshService service = entry.service();
        if (service == null) return;
        String kind = "_" + service.type() + "._" + service.transport() + "." + zone;
        String instance = escaped(entry.display()) + "." + kind;
        for (String browse : new String[] {"b", "lb"}) {
            add(browse + "._dns-sd._udp." + zone, "PTR", zone);
        }
        add("_services._dns-sd._udp." + zone, "PTR", kind);
        add(kind, "PTR", instance);
        add(instance, "SRV", "0 0 " + service.port() + " " + owner);
        add(instance, "TXT", service.path().isEmpty() ? "\"\"" : "\"path=" + service.path() + "\"");
    }

    private void address(String owner, String address) {
        add(owner, address.contains(":") ? "AAAA" : "A", address);
    }

    private void add(String owner, String type, String rdata) {
        records.add(new ZoneRecord(owner, type, rdata));
    }

    /** UTF-8, of which what is not plain ASCII is written in decimal: instances are named in everybody's script. */
    private static String escaped(String label) {
        var out = new StringBuilder();
        for (byte each : label.getBytes(StandardCharsets.UTF_8)) {
            int value = Byte.toUnsignedInt(each);
            if (value < PRINTABLE_FIRST
                    || value > PRINTABLE_LAST
                    || ".\\\"();@$".indexOf(value) >= 0) {
                out.append('\\').append("%03d".formatted(value));
            } else {
                out.append((char) value);
            }
        }
        return out.toString();
    }
}
