package org.coopmesh.abuse.outside;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.coopmesh.abuse.subject.Prefix;

/**
 * Where lists may be fetched from: the public Internet, and networks of the co-op's own that a setting names. So nobody who may
 * add a list reads what only this machine reaches, such as a cloud's metadata.
 */
final class Reach {
    /** Everything that is no address of somebody on the public Internet (IANA special-purpose registries). */
    private static final List<Prefix> NOT_PUBLIC =
            Stream.of(
                            "0.0.0.0/8",
                            "10.0.0.0/8",
                            "100.64.0.0/10",
                            "127.0.0.0/8",
                            "169.254.0.0/16",
                            "172.16.0.0/12",
                            "192.0.0.0/24",
                            "192.0.2.0/24",
                            "192.88.99.0/24",
                            "192.168.0.0/16",
                            "198.18.0.0/15",
                            "198.51.100.0/24",
                            "203.0.113.0/24",
                            "224.0.0.0/4",
                            "240.0.0.0/4",
                            "2001::/23",
                            "2001:db8::/32",
                            "2002::/16",
                            "3fff::/20")
                    .map(Prefix::parse)
                    .toList();

    /** Of IPv6 only this is public, and of it not what is named above. */
    private static final Prefix PUBLIC_V6 = Prefix.parse("2000::/3");

    private final List<Prefix> own;

    Reach(List<Prefix> own) {
        this.own = List.copyOf(own);
    }

    /**
     * Looks {@code url}'s host up and refuses it if any of its addresses may not be asked. Java keeps the answer for some
     * seconds, so that the connection that follows goes to what was looked at.
     *
     * @throws NoList if it may not be asked, or has no address
     */
    void check(URI url) throws NoList {
        String host = url.getHost();
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(bare);
        } catch (UnknownHostException unknown) {
            throw new NoList("failed", "no such name: " + host);
        }
        if (!Arrays.stream(addresses).allMatch(address -> allows(url, address))) {
            throw new NoList("failed", host + " is at an address that lists are not fetched from");
        }
    }

    /** Without TLS only from the co-op's own networks. */
    private boolean allows(URI url, InetAddress address) {
        Prefix prefix = Prefix.address(address.getHostAddress().replaceAll("%.*", ""));
        return own.stream().anyMatch(network -> network.contains(prefix))
                || url.getScheme().equals("https") && isPublic(prefix);
    }

    /** Whether all of {@code prefix} may be anybody's on the Internet. */
    static boolean isPublic(Prefix prefix) {
        return (prefix.family() == Prefix.Family.V4 || PUBLIC_V6.contains(prefix))
                && NOT_PUBLIC.stream().noneMatch(prefix::overlaps);
    }
}
