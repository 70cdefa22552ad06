package org.coopmesh.abuse.transparency;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Merkle tree of RFC 6962, section 2.1. A node (level, index) is the hash of the 2^level leaves from index · 2^level on; only
 * nodes all of whose leaves are there are ever kept, so none of them changes.
 */
final class Tree {
    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};

    /** The root of no leaves. */
    static final Hash EMPTY = Hash.sha256();

    private Tree() {}

    /** Where complete nodes are found. */
    @FunctionalInterface
    interface Nodes {
        Hash at(int level, long index);
    }

    /** A complete node. */
    record Node(int level, long index, Hash hash) {}

    static Hash leaf(byte[] entry) {
        return Hash.sha256(LEAF, entry);
    }

    static Hash node(Hash left, Hash right) {
        return Hash.sha256(NODE, left.bytes(), right.bytes());
    }

    /** The root of the first {@code size} leaves. */
    static Hash root(long size, Nodes nodes) {
        return size == 0 ? EMPTY : range(0, size, nodes);
    }

    /** The complete nodes that appear when {@code leaves} follow the first {@code size}; parents after their children. */
    static List<Node> grown(long size, List<Hash> leaves, Nodes nodes) {
        var grown = new ArrayList<Node>();
        Map<Integer, Hash> lastAt = new HashMap<>();
        long index = size;
        for (Hash leaf : leaves) {
            Hash hash = leaf;
            int level = 0;
            long at = index;
            grown.add(new Node(level, at, hash));
            while ((at & 1) == 1) {
                Hash left = lastAt.remove(level);
                hash = node(left == null ? nodes.at(level, at - 1) : left, hash);
                level++;
                at >>= 1;
                grown.add(new Node(level, at, hash));
            }
            lastAt.put(level, hash);
            index++;
        }
        return grown;
    }

    /**
     * The proof that leaf {@code index} is in the tree of {@code size} leaves.
     *
     * @throws IllegalArgumentException unless there is such a leaf
     */
    static List<Hash> inclusion(long index, long size, Nodes nodes) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("index: no such entry in a log of " + size);
        }
        var proof = new ArrayList<Hash>();
        path(index, 0, size, nodes, proof);
        return proof;
    }

    /**
     * The proof that the tree of {@code from} leaves is the beginning of the one of {@code to}.
     *
     * @throws IllegalArgumentException unless 0 ≤ {@code from} ≤ {@code to}
     */
    static List<Hash> consistency(long from, long to, Nodes nodes) {
        if (from < 0 || from > to) {
            throw new IllegalArgumentException("from: at least 0, at most " + to);
        }
        var proof = new ArrayList<Hash>();
        if (from > 0 && from < to) {
            subproof(from, 0, to, true, nodes, proof);
        }
        return proof;
    }

    /** Whether {@code proof} leads from the leaf to the root. */
    static boolean includes(long index, long size, Hash leaf, List<Hash> proof, Hash root) {
        if (index < 0 || index >= size) {
            return false;
        }
        long fn = index;
        long sn = size - 1;
        Hash hash = leaf;
        for (Hash next : proof) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                hash = node(next, hash);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                hash = node(hash, next);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && hash.equals(root);
    }

    /** Whether {@code proof} shows that the tree of {@code from} leaves is the beginning of the one of {@code to}. */
    static boolean continues(long from, Hash fromRoot, long to, Hash toRoot, List<Hash> proof) {
        if (from < 0 || from > to) {
            return false;
        }
        if (from == to) {
            return proof.isEmpty() && fromRoot.equals(toRoot);
        }
        if (from == 0) {
            return proof.isEmpty() && fromRoot.equals(EMPTY);
        }
        long fn = from - 1;
        long sn = to - 1;
        while ((fn & 1) == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        var rest = new ArrayList<>(proof);
        // A complete subtree is where the proof begins; its hash is the old root itself.
        if (fn == 0) {
            rest.addFirst(fromRoot);
        }
        if (rest.isEmpty()) {
            return false;
        }
        Hash old = rest.getFirst();
        Hash young = rest.getFirst();
        for (Hash next : rest.subList(1, rest.size())) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                old = node(next, old);
                young = node(next, young);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                young = node(young, next);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && old.equals(fromRoot) && young.equals(toRoot);
    }

    private static void path(
            long index, long start, long size, Nodes nodes, ArrayList<Hash> proof) {
        if (size == 1) {
            return;
        }
        long left = split(size);
        if (index < left) {
            path(index, start, left, nodes, proof);
            proof.add(range(start + left, size - left, nodes));
        } else {
            path(index - left, start + left, size - left, nodes, proof);
            proof.add(range(start, left, nodes));
        }
    }

    private static void subproof(
            long from, long start, long size, boolean whole, Nodes nodes, ArrayList<Hash> proof) {
        if (from == size) {
            if (!whole) {
                proof.add(range(start, size, nodes));
            }
            return;
        }
        long left = split(size);
        if (from <= left) {
            subproof(from, start, left, whole, nodes, proof);
            proof.add(range(start + left, size - left, nodes));
        } else {
            subproof(from - left, start + left, size - left, false, nodes, proof);
            proof.add(range(start, left, nodes));
        }
    }

    /** The hash of the leaves from {@code start} on; {@code start} is a multiple of every complete subtree in it. */
    private static Hash range(long start, long size, Nodes nodes) {
        if (Long.bitCount(size) == 1) {
            int level = Long.numberOfTrailingZeros(size);
            return nodes.at(level, start >> level);
        }
        long left = split(size);
        return node(range(start, left, nodes), range(start + left, size - left, nodes));
    }

    /** The largest power of two below {@code size}, which is 2 or more. */
    private static long split(long size) {
        return Long.highestOneBit(size - 1);
    }
}
