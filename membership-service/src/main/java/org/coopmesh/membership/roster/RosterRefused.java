package org.coopmesh.membership.roster;

import java.util.List;

/** The file cannot be taken; nothing has changed. */
class RosterRefused extends RuntimeException {
    private final String slug;
    private final List<RosterProblem> problems;

    RosterRefused(String slug, List<RosterProblem> problems) {
        super(
                problems.size() == 1
                        ? problems.getFirst().message()
                        : "%d problems in this file".formatted(problems.size()));
        this.slug = slug;
        this.problems = List.copyOf(problems);
    }

    RosterRefused(String slug, String at, String field, String rule, String message) {
        this(slug, List.of(new RosterProblem(at, field, rule, message)));
    }

    /** The last part of the problem's type. */
    String slug() {
        return slug;
    }

    List<RosterProblem> problems() {
        return problems;
    }
}
