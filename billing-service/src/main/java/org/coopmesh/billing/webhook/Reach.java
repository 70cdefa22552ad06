package org.coopmesh.billing.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Where messages may go: addresses of the public Internet, and networks of the co-op's own that a setting names. So nobody who
 * may add a receiver reaches what only this machine reaches, such as a cloud's metadata.
 */
final class Reach {
    /** Everything that is no address of somebody on the public Internet (IANA special-purpose registries). */
    private static final List<Network> NOT_PUBLIC =
            Network.all(
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
                    // Of IPv6 only 2000::/3 is public, and of that not what wraps an IPv4 address
                    // or is for books.
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20");

    private static final Network PUBLIC_V6 = Network.parse("2000::/3");

    private final List<Network> own;
    private final Resolver resolver;

    /** Asks for the addresses of a name. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    Reach(List<Network> own, Resolver resolver) {
        this.own = List.copyOf(own);
        this.resolver = resolver;
    }

    /** The addresses of {@code url}'s host that may be connected to; empty if none may. */
    List<InetAddress> addresses(URI url) throws UnknownHostException {
        return Arrays.stream(resolver.resolve(bare(url.getHost())))
                .filter(address -> allows(url, address))
                .toList();
    }

    /** Without TLS only to this machine. */
    boolean allows(URI url, InetAddress address) {
        if (!"https".equals(url.getScheme()) && !address.isLoopbackAddress()) {
            return false;
        }
        return own.stream().anyMatch(network -> network.contains(address)) || isPublic(address);
    }

    /** Whether anybody on the Internet may have this address. */
    static boolean isPublic(InetAddress address) {
        return (address instanceof Inet4Address || PUBLIC_V6.contains(address))
                && NOT_PUBLIC.stream().noneMatch(network -> network.contains(address));
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
