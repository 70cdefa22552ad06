package org.coopmesh.nodeagent.usage;

/**
 * Bytes on the interface that leads to one neighbour, in one window.
 *
 * @param neighbourNodeId empty where it is not known
 */
public record LinkCounts(String neighbourNodeId, String interfaceName, long received, long sent) {

    public LinkCounts {
        if (received < 0 || sent < 0) {
            throw new IllegalArgumentException("negative bytes on " + interfaceName);
        }
    }
}
