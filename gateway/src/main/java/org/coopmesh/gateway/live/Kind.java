package org.coopmesh.gateway.live;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a page can be told about. Each kind gathers words of the services, which are names of topics and of paths, and is told only to
 * roles that may read it. The words are no promise of the services: one that is not here is not told.
 */
enum Kind {
    NODES(Set.of("node", "nodes", "outages", "access"), Set.of("board", "network", "moderator")),
    BANS(
            Set.of("ban", "bans", "never-bans", "outside-lists", "bouncers"),
            Set.of("board", "network", "moderator")),
    CASES(
            Set.of("casework", "decision", "cases", "reports", "pleas", "abuse"),
            Set.of("board", "moderator")),
    IMPORTS(Set.of("bank", "member", "members", "applications"), Set.of("board", "treasurer")),
    BILL_RUNS(Set.of("bill-runs", "documents"), Set.of("board", "treasurer")),
    PAYMENTS(
            Set.of("invoice", "payment", "payments", "invoices", "direct-debit"),
            Set.of("board", "treasurer"));

    /** Stands for all kinds, in both directions. */
    static final String ANYTHING = "*";

    private final Set<String> words;
    private final Set<String> roles;

    Kind(Set<String> words, Set<String> roles) {
        this.words = words;
        this.roles = roles;
    }

    /** The kinds that {@code words} of a service mean. */
    static Set<Kind> of(Collection<String> words) {
        return words.contains(ANYTHING)
                ? EnumSet.allOf(Kind.class)
                : select(kind -> words.stream().anyMatch(kind.words::contains));
    }

    /** The kinds that somebody with {@code roles} is told. */
    static Set<Kind> readableBy(Collection<String> roles) {
        return select(kind -> roles.stream().anyMatch(kind.roles::contains));
    }

    /** As it is told to pages: "bill-runs". */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Set<Kind> select(Predicate<Kind> wanted) {
        return Arrays.stream(values())
                .filter(wanted)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Kind.class)));
    }
}
