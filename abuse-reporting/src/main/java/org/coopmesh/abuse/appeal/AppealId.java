package org.coopmesh.abuse.appeal;

import java.util.UUID;

/** One appeal. */
public record AppealId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
