package org.coopmesh.abuse.plea;

import java.util.UUID;

/** One appeal of somebody who is no member. */
public record PleaId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
