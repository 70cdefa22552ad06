package org.coopmesh.nodeagent.sharing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.coopmesh.nodeagent.sharing.Sharing.Rates;

/**
 * The agent's own queues on one interface: HTB, in which own traffic goes first. Everything of ours has handle {@code c0de:}; a
 * queue of another is never removed, and where ours is taken away the kernel puts its own default back by itself.
 */
final class Queues {
    /** Where what came down the shared line waits, on its way to the interfaces inside. */
    static final String DOWN = "coopmesh-down";

    private static final String HANDLE = "c0de:";

    /** Place of our filter among those of others; the last. */
    private static final String PLACE = "49374";

    /** By default the kernel would queue a thousand packets: seconds, on a slow line. */
    private static final long QUEUE_MILLIS_MAX = 100;

    private static final int PACKETS_LEAST = 10;
    private static final int PACKETS_MOST = 1_000;
    private static final long PACKET_BITS = 1_500 * 8;
    private static final long BURST_MILLIS = 2;
    private static final long BURST_BYTES_LEAST = 3_200;
    private static final Pattern ROOT =
            Pattern.compile("^qdisc (\\S+) (\\S+) root\\b", Pattern.MULTILINE);
    private static final Pattern VARIES =
            Pattern.compile(" (refcnt|direct_packets_stat|index) \\d+");

    private Queues() {}

    /** What stands on an interface, as text that changes when anybody changes anything. */
    static String shape(String device) throws QueueRefused, InterruptedException {
        return VARIES.matcher(
                        TrafficControl.must(
                                "qdisc show dev %1$s\nclass show dev %1$s\nfilter show dev %1$s egress\n"
                                        .formatted(device)))
                .replaceAll("");
    }

    /**
     * Puts our queues at the root of an interface, in place of ours or of the kernel's default.
     *
     * @param inside whether they are those of {@link #DOWN}: then what is not marked passes by
     * @throws QueueRefused if there is a queue of another, or the kernel has none of this kind; nothing is changed
     */
    static void make(String device, Rates rates, boolean inside)
            throws QueueRefused, InterruptedException {
        var root = ROOT.matcher(TrafficControl.must("qdisc show dev " + device + "\n"));
        while (root.find()) {
            boolean ours = root.group(1).equals("htb") && root.group(2).equals(HANDLE);
            if (!ours && !root.group(2).equals("0:")) {
                throw new QueueRefused(
                        "a queue of another is there: " + root.group(1) + " " + root.group(2));
            }
        }
        String refused = "";
        for (boolean fair : List.of(true, false)) {
            TrafficControl.Answer answer = TrafficControl.tc(script(device, rates, inside, fair));
            if (answer.ok()) return;
            refused = TrafficControl.complaint(answer.text());
            TrafficControl.tc("qdisc del dev " + device + " root handle " + HANDLE + "\n");
        }
        throw new QueueRefused(refused);
    }

    private static String script(String device, Rates rates, boolean inside, boolean fair) {
        var script = new StringBuilder();
        String all = bound(rates.all());
        String own = inside ? "30" : "10";
        script.append(
                "qdisc replace dev %s root handle c0de: htb default %s\n"
                        .formatted(device, inside ? "0" : "10"));
        script.append(
                "class add dev %s parent c0de: classid c0de:1 htb rate %dkbit %s quantum 1514\n"
                        .formatted(device, rates.all(), all));
        script.append(
                "class add dev %s parent c0de:1 classid c0de:%s htb rate %dkbit %s prio 0 quantum 6056\n"
                        .formatted(device, own, rates.own(), all));
        script.append(leaf(device, own, rates.all(), fair));
        if (inside) {
            script.append(relayed(device, "c0de:1", "40", rates.relayedLeast(), rates, fair));
            return script.toString();
        }
        // What came down another line is told apart from the rest, and shares with it.
        script.append(
                "class add dev %s parent c0de:1 classid c0de:2 htb rate %dkbit %s quantum 1514\n"
                        .formatted(device, rates.relayedLeast(), bound(rates.relayedMost())));
        long half = Math.max(1, rates.relayedLeast() / 2);
        script.append(relayed(device, "c0de:2", "20", half, rates, fair));
        script.append(relayed(device, "c0de:2", "40", half, rates, fair));
        return script.toString();
    }

    private static String relayed(
            String device, String parent, String minor, long least, Rates rates, boolean fair) {
        return "class add dev %s parent %s classid c0de:%s htb rate %dkbit %s prio 7 quantum 1514\n"
                        .formatted(device, parent, minor, least, bound(rates.relayedMost()))
                + leaf(device, minor, rates.relayedMost(), fair);
    }

    private static String bound(long kbit) {
        long burst = Math.max(BURST_BYTES_LEAST, kbit * BURST_MILLIS / 8);
        return "ceil %dkbit burst %d cburst %d".formatted(kbit, burst, burst);
    }

    /** A kernel without fq_codel has a plain queue that is short. */
    private static String leaf(String device, String minor, long kbit, boolean fair) {
        long packets =
                Math.clamp(kbit * QUEUE_MILLIS_MAX / PACKET_BITS, PACKETS_LEAST, PACKETS_MOST);
        return "qdisc add dev %s parent c0de:%s handle c0%s: %s\n"
                .formatted(device, minor, minor, fair ? "fq_codel" : "pfifo limit " + packets);
    }

    /** Takes our queues away, and nobody else's; the kernel's default comes back. */
    static void remove(String device) throws QueueRefused, InterruptedException {
        TrafficControl.Answer there = TrafficControl.tc("qdisc show dev " + device + "\n");
        if (!there.ok()) return; // Gone with its interface.
        if (there.text().contains("qdisc htb " + HANDLE + " root")) {
            TrafficControl.must("qdisc del dev " + device + " root handle " + HANDLE + "\n");
        }
    }

    /** The interface {@link #DOWN}, made where there is none. */
    static void makeDown() throws QueueRefused, InterruptedException {
        TrafficControl.Answer there =
                TrafficControl.run(List.of("ip", "-d", "-o", "link", "show", "dev", DOWN), "");
        if (there.ok() && !there.text().contains(" ifb ")) {
            throw new QueueRefused("an interface of another is called " + DOWN);
        }
        if (!there.ok()) ip("link", "add", DOWN, "type", "ifb");
        ip("link", "set", DOWN, "up", "txqueuelen", Integer.toString(PACKETS_MOST));
    }

    static void removeDown() throws QueueRefused, InterruptedException {
        TrafficControl.Answer there =
                TrafficControl.run(List.of("ip", "-d", "-o", "link", "show", "dev", DOWN), "");
        if (there.ok() && there.text().contains(" ifb ")) ip("link", "del", DOWN);
    }

    private static void ip(String... arguments) throws QueueRefused, InterruptedException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        TrafficControl.Answer answer = TrafficControl.run(command, "");
        if (!answer.ok()) throw new QueueRefused(TrafficControl.complaint(answer.text()));
    }

    /**
     * Leads what leaves by an interface inside through {@link #DOWN}.
     *
     * @return whether the place for filters had to be made too
     */
    static boolean lead(String device) throws QueueRefused, InterruptedException {
        String there =
                TrafficControl.must(
                        "qdisc show dev %1$s\nfilter show dev %1$s egress\n".formatted(device));
        if (there.contains("qdisc ingress ffff:")) {
            throw new QueueRefused("an ingress queue of another is there");
        }
        boolean place = !there.contains("qdisc clsact ffff:");
        if (place) TrafficControl.must("qdisc add dev " + device + " clsact\n");
        unlead(device);
        TrafficControl.must(
                "filter add dev "
                        + device
                        + " egress pref "
                        + PLACE
                        + " protocol all u32 match u32 0 0 action mirred egress redirect dev "
                        + DOWN
                        + "\n");
        return place;
    }

    private static void unlead(String device) throws QueueRefused, InterruptedException {
        TrafficControl.Answer there =
                TrafficControl.tc("filter show dev " + device + " egress pref " + PLACE + "\n");
        if (!there.ok() || there.text().isBlank()) return;
        // Where the interface is gone, the kernel calls it *.
        if (!there.text().contains("device " + DOWN) && !there.text().contains("device *")) {
            throw new QueueRefused("a filter of another has our place " + PLACE);
        }
        TrafficControl.must("filter del dev " + device + " egress pref " + PLACE + "\n");
    }

    /** Takes our filter away, and its place where we made it and nobody else uses it. */
    static void removeLead(String device, boolean place) throws QueueRefused, InterruptedException {
        if (!TrafficControl.tc("qdisc show dev " + device + "\n").ok()) return;
        unlead(device);
        String others =
                TrafficControl.must(
                        "filter show dev %1$s egress\nfilter show dev %1$s ingress\n"
                                .formatted(device));
        if (place && others.isBlank()) TrafficControl.must("qdisc del dev " + device + " clsact\n");
    }
}
