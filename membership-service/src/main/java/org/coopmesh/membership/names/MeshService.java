package org.coopmesh.membership.names;

import java.util.List;
import java.util.regex.Pattern;
import org.coopmesh.membership.node.Prefix;

/**
 * Something that answers under a name.
 *
 * @param type by RFC 6335, as "http" or "mqtt"
 * @param transport "tcp" or "udp"
 * @param hosts canonical addresses behind the node, one of each family at most; empty: the node's own
 * @param path of a page, beginning with a slash; empty where it has none
 */
public record MeshService(
        String type, String transport, int port, List<String> hosts, String path) {
    private static final int PORT_MAX = 65_535;
    private static final int PATH_LENGTH_MAX = 200;
    private static final Pattern TYPE =
            Pattern.compile("(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]*[a-z0-9])?");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~/%?=&+-]*)?");

    public MeshService {
        if (!TYPE.matcher(type).matches()) {
            throw new NameRefused(
                    "service.type",
                    "form",
                    "a type of service has 1 to 15 letters, digits and single hyphens, and a letter");
        }
        if (!transport.equals("tcp") && !transport.equals("udp")) {
            throw new NameRefused("service.transport", "form", "transport is tcp or udp");
        }
        if (port < 1 || port > PORT_MAX) {
            throw new NameRefused("service.port", "range", "a port is 1 to " + PORT_MAX);
        }
        if (path.length() > PATH_LENGTH_MAX || !PATH.matcher(path).matches()) {
            throw new NameRefused(
                    "service.path",
                    "form",
                    "a path begins with a slash and has at most 200 characters of a URL");
        }
        hosts = hosts.stream().map(MeshService::address).toList();
        if (hosts.stream().map(host -> host.contains(":")).distinct().count() != hosts.size()) {
            throw new NameRefused(
                    "service.hosts", "size", "at most one address of each family is named");
        }
    }

    private static String address(String text) {
        try {
            Prefix alone = Prefix.parse(text.strip());
            if (alone.length() == alone.bits()) {
                String canonical = alone.toString();
                return canonical.substring(0, canonical.indexOf('/'));
            }
        } catch (IllegalArgumentException malformed) {
            // Said below.
        }
        throw new NameRefused("service.hosts", "form", "an address, IPv4 or IPv6, is wanted");
    }
}
