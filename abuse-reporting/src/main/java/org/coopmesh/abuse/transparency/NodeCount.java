package org.coopmesh.abuse.transparency;

/** How many nodes could be witnesses; whoever knows nodes tells. */
@FunctionalInterface
public interface NodeCount {
    int inService();
}
