package org.coopmesh.membership.member;

import org.jspecify.annotations.Nullable;

/** Name and contact of a member, person or organisation. */
public record Person(String name, String email, @Nullable String phone) {
    public Person {
        if (name.isBlank()) throw new IllegalArgumentException("a member needs a name");
        if (email.indexOf('@') < 1) throw new IllegalArgumentException("not an e-mail address");
    }
}
