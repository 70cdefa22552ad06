package org.coopmesh.membership.identity;

import java.util.UUID;

/** Names one account; it is the subject of the tokens, and the member's id. */
public record AccountId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
