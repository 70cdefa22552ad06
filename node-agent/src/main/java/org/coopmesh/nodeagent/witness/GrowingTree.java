package org.coopmesh.nodeagent.witness;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/** A tree of RFC 6962 that is only ever added to: of it no more is kept than the roots of its complete parts, the largest first. */
final class GrowingTree {
    static final int HASH_LENGTH = 32;
    private static final byte NODE = 1;

    private final List<byte[]> roots;
    private long size;

    GrowingTree() {
        this(0, List.of());
    }

    /** @throws IllegalArgumentException unless there are as many roots as a tree of that size has */
    GrowingTree(long size, List<byte[]> roots) {
        if (size < 0
                || roots.size() != Long.bitCount(size)
                || roots.stream().anyMatch(root -> root.length != HASH_LENGTH)) {
            throw new IllegalArgumentException("not the roots of " + size);
        }
        this.size = size;
        this.roots = new ArrayList<>(roots);
    }

    GrowingTree copy() {
        return new GrowingTree(size, roots);
    }

    long size() {
        return size;
    }

    List<byte[]> roots() {
        return List.copyOf(roots);
    }

    void add(byte[] leafHash) {
        byte[] hash = leafHash;
        for (long at = size; (at & 1) == 1; at >>= 1) hash = node(roots.removeLast(), hash);
        roots.add(hash);
        size++;
    }

    byte[] root() {
        if (roots.isEmpty()) return sha256().digest();
        byte[] hash = roots.getLast();
        for (int i = roots.size() - 2; i >= 0; i--) hash = node(roots.get(i), hash);
        return hash;
    }

    private static byte[] node(byte[] left, byte[] right) {
        MessageDigest digest = sha256();
        digest.update(NODE);
        digest.update(left);
        return digest.digest(right);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
