package org.coopmesh.membership.identity;

import java.util.Locale;

/** What someone may do for the co-op. */
public enum Role {
    /** Belongs to the co-op; comes with approval and goes with leaving. */
    MEMBER,
    /** Keeps the books. */
    TREASURER,
    /** Decides cases. */
    MODERATOR,
    /** Runs the network. */
    NETWORK,
    /** Approves members and grants roles. */
    BOARD;

    /** The role as tokens, the database and the wire say it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The role that is written as {@code word}.
     *
     * @throws IllegalArgumentException if there is no such role
     */
    public static Role of(String word) {
        for (Role role : values()) if (role.word().equals(word)) return role;
        throw new IllegalArgumentException("no such role: " + word);
    }
}
