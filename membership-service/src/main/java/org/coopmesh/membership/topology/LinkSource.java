package org.coopmesh.membership.topology;

/**
 * Where a node's links come from, and how it fared when it was asked last.
 *
 * @param trouble why its links are unknown, or "" where they are known
 */
public record LinkSource(String name, String trouble) {
    public LinkSource {
        OwnAddress.check("source", name);
        OwnAddress.check("trouble", trouble);
    }
}
