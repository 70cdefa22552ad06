package org.coopmesh.nodeagent.topology;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.coopmesh.contracts.membership.v1.OwnAddress;

/** Addresses of interfaces, each in one form only: both ends of a link are matched by their text. */
final class MeshAddress {
    private static final Pattern MAC = Pattern.compile("([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}");
    private static final Pattern V4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern INTERFACE = Pattern.compile("[!-~&&[^/%\"\\\\]]{1,15}");
    private static final int ADDRESSES_MAX = 128;
    private static final int MAC_BYTES = 6;
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private MeshAddress() {}

    /**
     * {@code told} in the one form: MAC in lower case, IPv4, IPv6 as in RFC 5952. A zone is cut off.
     *
     * @throws SourceFailed if it is none of these
     */
    static String of(String told) throws SourceFailed {
        if (MAC.matcher(told).matches()) return told.toLowerCase(Locale.ROOT);
        int zone = told.indexOf('%');
        String address = zone < 0 ? told : told.substring(0, zone);
        try {
            if (V4.matcher(address).matches())
                return Inet4Address.ofLiteral(address).getHostAddress();
            if (V6.matcher(address).matches() && address.indexOf(':') >= 0) {
                return text(InetAddress.ofLiteral(address));
            }
        } catch (IllegalArgumentException notOne) {
            // Says the same as a text without its shape.
        }
        throw SourceFailed.malformed("is not an address");
    }

    /**
     * The name of an interface.
     *
     * @throws SourceFailed if the kernel would not have such a name
     */
    static String interfaceName(String told) throws SourceFailed {
        if (!INTERFACE.matcher(told).matches()) throw SourceFailed.malformed("is not an interface");
        return told;
    }

    /** Where neighbours hear this machine on {@code interfaces}. */
    static List<OwnAddress> ofThisMachine(Set<String> interfaces) {
        List<OwnAddress> own = new ArrayList<>();
        for (String name : interfaces) {
            try {
                NetworkInterface found = NetworkInterface.getByName(name);
                if (found == null) continue;
                for (InetAddress address : Collections.list(found.getInetAddresses())) {
                    if (!address.isLoopbackAddress()) own.add(own(name, text(address)));
                }
                byte[] mac = found.getHardwareAddress();
                if (mac != null && mac.length == MAC_BYTES) {
                    own.add(own(name, COLONS.formatHex(mac)));
                }
            } catch (SocketException vanished) {
                // It was there when the daemon told of it.
            }
        }
        return List.copyOf(own.subList(0, Math.min(own.size(), ADDRESSES_MAX)));
    }

    static OwnAddress own(String interfaceName, String address) {
        return OwnAddress.newBuilder().setInterface(interfaceName).setAddress(address).build();
    }

    /** {@code address} in the one form. */
    static String text(InetAddress address) {
        return address instanceof Inet6Address v6
                ? text(v6.getAddress())
                : address.getHostAddress();
    }

    /** The longest run of zero groups becomes "::", the first of several. */
    private static String text(byte[] v6) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) groups[i] = (v6[2 * i] & 0xff) << 8 | v6[2 * i + 1] & 0xff;
        int zerosAt = -1;
        int zeros = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) end++;
            if (end - i > zeros) {
                zerosAt = i;
                zeros = end - i;
            }
            if (end > i) i = end;
        }
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == zerosAt) {
                text.append("::");
                i += zeros - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') text.append(':');
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
