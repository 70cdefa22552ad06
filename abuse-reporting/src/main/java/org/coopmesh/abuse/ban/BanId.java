package org.coopmesh.abuse.ban;

import java.util.UUID;

/** One ban. */
public record BanId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
