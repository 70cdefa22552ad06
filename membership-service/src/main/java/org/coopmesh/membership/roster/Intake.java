package org.coopmesh.membership.roster;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.Membership.Known;
import org.coopmesh.membership.member.Payer;
import org.jspecify.annotations.Nullable;

/** What a roster would make of a register as it is now: pure, so that the preview and the import cannot disagree. */
record Intake(List<Step> steps, List<RosterProblem> problems) {
    /**
     * What one line would make; none of it, and the line is known already.
     *
     * @param member the member who is there already; null if the line makes one, or a line before it does
     * @param payer who is there already and pays; null if the member does, or the line makes one
     * @param namesakes others of the same name, who may be the same person under another address
     */
    record Step(
            RosterLine line,
            @Nullable Known member,
            boolean makesMember,
            boolean makesSite,
            boolean makesPayer,
            @Nullable Payer payer,
            List<Known> namesakes) {}

    /** Today is that of the co-op; nobody joins after it. */
    static Intake of(Roster roster, List<Known> known, List<Payer> payers, LocalDate today) {
        var byEmail = new HashMap<String, Known>();
        for (Known each : known) byEmail.put(key(each.email()), each);
        var problems = new ArrayList<>(roster.problems());
        var steps = new ArrayList<Step>();
        Map<String, RosterLine> begun = new HashMap<>();
        Set<String> places = new HashSet<>();
        Set<String> paying = new HashSet<>();
        for (RosterLine line : roster.lines()) {
            String email = key(line.email());
            if (email.isEmpty()) continue; // Told by the reader.
            Known member = byEmail.get(email);
            RosterLine earlier = begun.putIfAbsent(email, line);
            check(line, earlier, member, places, today, problems);
            RosterLine.Place place = line.place();
            boolean makesSite =
                    place != null
                            && (member == null
                                    || member.sites().stream()
                                            .noneMatch(
                                                    name -> key(name).equals(key(place.name()))));
            RosterLine.PaidBy paidBy = makesSite ? line.paidBy() : null;
            Payer payer = null;
            boolean makesPayer = false;
            if (paidBy != null && !key(paidBy.email()).equals(email)) {
                List<Payer> found =
                        payers.stream()
                                .filter(each -> key(each.email()).equals(key(paidBy.email())))
                                .toList();
                if (found.size() > 1)
                    problems.add(
                            new RosterProblem(
                                    line.at(),
                                    "payer_email",
                                    "payer-ambiguous",
                                    found.size() + " payers have this address"));
                else if (found.size() == 1) payer = found.getFirst();
                else makesPayer = paying.add(key(paidBy.email()));
            }
            steps.add(
                    new Step(
                            line,
                            member,
                            member == null && earlier == null,
                            makesSite,
                            makesPayer,
                            payer,
                            known.stream()
                                    .filter(each ->
                                            member == null
                                                    && key(each.name()).equals(key(line.name())))
                                    .toList()));
        }
        return new Intake(List.copyOf(steps), List.copyOf(problems));
    }

    private static void check(
            RosterLine line,
            @Nullable RosterLine earlier,
            @Nullable Known member,
            Set<String> places,
            LocalDate today,
            List<RosterProblem> problems) {
        if (line.joinedOn() != null && line.joinedOn().isAfter(today))
            problems.add(problem(line, "joined_on", "date-in-the-future", "is not over yet"));
        if (earlier != null && !key(earlier.name()).equals(key(line.name())))
            problems.add(
                    problem(
                            line,
                            "name",
                            "name-differs",
                            "differs from that of line %s with the same address"
                                    .formatted(earlier.at())));
        RosterLine.Place place = line.place();
        if (!places.add(key(line.email()) + '\n' + (place == null ? "" : key(place.name()))))
            problems.add(problem(line, "site", "line-twice", "stands in the file twice"));
        if (member != null) {
            MemberFacts.State state = member.state();
            switch (state) {
                case ACTIVE, PAUSED -> {}
                case APPLICANT, LEFT, REFUSED ->
                        problems.add(
                                problem(
                                        line,
                                        "email",
                                        "state-" + state.name().toLowerCase(Locale.ROOT),
                                        "somebody with this address is on the register, and is no member"));
            }
        }
    }

    private static RosterProblem problem(
            RosterLine line, String field, String rule, String message) {
        return new RosterProblem(line.at(), field, rule, message);
    }

    /** How addresses and names are compared. */
    static String key(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }
}
