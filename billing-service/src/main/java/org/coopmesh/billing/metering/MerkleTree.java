package org.coopmesh.billing.metering;

import java.util.ArrayList;
import java.util.List;

/** The Merkle tree of RFC 6962, section 2.1: leaves and nodes are hashed apart, so that neither can pass for the other. */
final class MerkleTree {
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private MerkleTree() {}

    /** The hash of a leaf with these data. */
    static byte[] leaf(byte[] data) {
        return tagged(LEAF, data, new byte[0]);
    }

    /** The root over the hashes of leaves, or of whole subtrees of one size but for the last; of none, the hash of nothing. */
    static byte[] root(List<byte[]> hashes) {
        if (hashes.isEmpty()) return Sha256.of(new byte[0]);
        if (hashes.size() == 1) return hashes.getFirst();
        int split = split(hashes.size());
        return tagged(
                NODE, root(hashes.subList(0, split)), root(hashes.subList(split, hashes.size())));
    }

    /** The hashes beside the way from {@code index} to the root, lowest first. */
    static List<byte[]> path(List<byte[]> hashes, int index) {
        if (hashes.size() == 1) return new ArrayList<>();
        int split = split(hashes.size());
        List<byte[]> left = hashes.subList(0, split);
        List<byte[]> right = hashes.subList(split, hashes.size());
        List<byte[]> path = index < split ? path(left, index) : path(right, index - split);
        path.add(root(index < split ? right : left));
        return path;
    }

    /** The largest power of two below {@code size}. */
    private static int split(int size) {
        return Integer.highestOneBit(size - 1);
    }

    private static byte[] tagged(byte tag, byte[] one, byte[] other) {
        var bytes = new byte[1 + one.length + other.length];
        bytes[0] = tag;
        System.arraycopy(one, 0, bytes, 1, one.length);
        System.arraycopy(other, 0, bytes, 1 + one.length, other.length);
        return Sha256.of(bytes);
    }
}
