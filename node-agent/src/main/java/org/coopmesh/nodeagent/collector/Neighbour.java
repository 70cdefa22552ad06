package org.coopmesh.nodeagent.collector;

/**
 * A mesh interface that a router hears.
 *
 * @param address MAC for batadv, IPv6 for babel; lower case
 * @param source "batadv" or "babel"
 * @param tq batman-adv's transmit quality, 0 to 255
 */
record Neighbour(String address, String source, int tq, int rxCost, int txCost) {}
