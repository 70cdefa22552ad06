package org.coopmesh.membership.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mesh in columns, as the dashboard takes it: what stands at one position of every column belongs together. Twenty
 * thousand nodes are a megabyte and a half compressed.
 *
 * @param whole whether names and places are there that only who runs the network sees
 * @param sources what tells of links, by the names they have on the nodes
 */
record Picture(boolean whole, Nodes nodes, Sites sites, List<String> sources, Links links) {
    /** A link goes both ways. */
    static final int LOW_TELLS = 1;

    static final int HIGH_TELLS = 2;
    static final int LOW_USES = 4;
    static final int HIGH_USES = 8;
    static final int LOW_SAYS_DOWN = 16;
    static final int HIGH_SAYS_DOWN = 32;

    /**
     * @param key the first digits of the node's id, in rising order
     * @param id of the node's page; empty unless {@code whole}
     * @param name "" where it is not to be known
     * @param live a letter each: u(p), l(ate), d(own), n(ever)
     * @param gateway 0 or 1 each
     * @param site position in {@code sites}, or -1
     * @param x where it stands on the co-op's drawing
     */
    record Nodes(
            List<String> key,
            List<String> id,
            List<String> name,
            String live,
            String gateway,
            List<Integer> site,
            List<Long> x,
            List<Long> y) {}

    /**
     * @param id empty unless the picture is whole
     * @param latitude null where nobody said
     */
    record Sites(
            List<String> id,
            List<String> name,
            List<String> zone,
            List<@Nullable Double> latitude,
            List<@Nullable Double> longitude) {}

    /**
     * @param low position of the node with the smaller key
     * @param there what its source says that sending to {@code high} costs; 0 where it is not told
     * @param back the same from {@code high}
     * @param source position in {@code sources}
     * @param flags sums of the constants above
     */
    record Links(
            List<Integer> low,
            List<Integer> high,
            List<Long> there,
            List<Long> back,
            List<Integer> source,
            List<Integer> flags) {}
}
