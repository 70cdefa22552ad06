package org.coopmesh.nodeagent.usage;

/** Bytes on the interface to the Internet, as the node sees it: received came from the Internet. */
public record UplinkCounts(String interfaceName, long received, long sent) {

    public UplinkCounts {
        if (received < 0 || sent < 0) {
            throw new IllegalArgumentException("negative bytes on " + interfaceName);
        }
    }
}
