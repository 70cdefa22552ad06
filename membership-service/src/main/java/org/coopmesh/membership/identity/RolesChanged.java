package org.coopmesh.membership.identity;

import java.util.Set;

/** Roles were granted to or withdrawn from an account; heard inside the transaction that did it. */
public record RolesChanged(
        AccountId account, Set<Role> granted, Set<Role> withdrawn, String reason) {
    public RolesChanged {
        granted = Set.copyOf(granted);
        withdrawn = Set.copyOf(withdrawn);
    }
}
