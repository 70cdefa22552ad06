package org.coopmesh.membership.roster;

import static java.util.Objects.requireNonNullElse;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.PayerId;
import org.coopmesh.membership.member.Person;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes members from files: shows first what would come of one, then makes all of it or nothing. */
@Service
public class RosterImport {
    static final int LISTED_MAX = 50;

    private final Membership membership;
    private final RosterImports imports;
    private final Clock clock;

    RosterImport(Membership membership, RosterImports imports, Clock clock) {
        this.membership = membership;
        this.imports = imports;
        this.clock = clock;
    }

    /**
     * What would come of a file now.
     *
     * @param taken when it was taken before; then nothing would
     */
    record Preview(
            String sha256, Roster roster, Intake intake, Optional<RosterImports.Taken> taken) {}

    /** What came of a file; {@code again} if it had been taken before, and nothing has changed. */
    record Outcome(RosterImports.Taken taken, boolean again) {}

    /**
     * Reads a file and changes nothing.
     *
     * @param planCode of places whose line names no plan; empty if they must
     * @throws RosterRefused if the file cannot be read at all
     */
    @Transactional(readOnly = true)
    Preview preview(byte[] file, String planCode) {
        Roster roster = Roster.read(file, planCode);
        String sha256 = sha256(file);
        return new Preview(sha256, roster, intake(roster), imports.find(sha256));
    }

    /**
     * Makes what the preview of the same bytes showed. A file that was taken before changes nothing.
     *
     * @param sha256 of the file as it was previewed, in hexadecimal digits
     * @param from the day from which new places are on their plans, today or later; null for today
     * @throws RosterRefused if any line has a problem, or the bytes are not those that were previewed
     */
    @Transactional
    Outcome take(
            byte[] file,
            String sha256,
            String name,
            String planCode,
            @Nullable LocalDate from,
            MemberId by) {
        LocalDate today = membership.today();
        LocalDate start = requireNonNullElse(from, today);
        if (start.isBefore(today))
            throw new RosterRefused(
                    "date-in-the-past", "", "from", "date-in-the-past", start + " is over");
        if (!sha256(file).equals(sha256))
            throw new RosterRefused(
                    "not-as-previewed",
                    "",
                    "sha256",
                    "not-as-previewed",
                    "this is not the file that was previewed");
        imports.lock();
        Optional<RosterImports.Taken> before = imports.find(sha256);
        if (before.isPresent()) return new Outcome(before.get(), true);
        Roster roster = Roster.read(file, planCode);
        Intake intake = intake(roster);
        if (!intake.problems().isEmpty())
            throw new RosterRefused("file-has-problems", intake.problems());
        var taken = make(intake, sha256, name, start, by);
        imports.add(taken);
        return new Outcome(taken, false);
    }

    List<RosterImports.Taken> latest() {
        return imports.latest(LISTED_MAX);
    }

    private Intake intake(Roster roster) {
        return Intake.of(
                roster,
                membership.alike(
                        roster.lines().stream().map(RosterLine::email).distinct().toList(),
                        roster.lines().stream().map(RosterLine::name).distinct().toList()),
                membership.payersWithEmail(
                        roster.lines().stream()
                                .flatMap(line -> Optional.ofNullable(line.paidBy()).stream())
                                .map(RosterLine.PaidBy::email)
                                .distinct()
                                .toList()),
                membership.today());
    }

    private RosterImports.Taken make(
            Intake intake, String sha256, String name, LocalDate start, MemberId by) {
        Map<String, MemberId> members = new HashMap<>();
        Map<String, PayerId> payers = new HashMap<>();
        int newMembers = 0;
        int newSites = 0;
        int newPayers = 0;
        for (Intake.Step step : intake.steps()) {
            RosterLine line = step.line();
            String email = Intake.key(line.email());
            MemberId member;
            if (step.member() != null) {
                member = step.member().id();
            } else if (step.makesMember()) {
                member = takeIn(line, by);
                newMembers++;
            } else {
                member = members.get(email);
            }
            if (member == null) throw new IllegalStateException("no member for " + line.at());
            members.put(email, member);
            RosterLine.PaidBy paidBy = line.paidBy();
            if (step.makesPayer() && paidBy != null) {
                payers.put(
                        Intake.key(paidBy.email()),
                        membership.addPayer(paidBy.name(), paidBy.email(), paidBy.address()).id());
                newPayers++;
            }
            RosterLine.Place place = line.place();
            if (!step.makesSite() || place == null) continue;
            PayerId payer =
                    step.payer() != null
                            ? step.payer().id()
                            : paidBy == null ? null : payers.get(Intake.key(paidBy.email()));
            membership.addSite(
                    member,
                    place.name(),
                    place.address(),
                    place.location(),
                    payer,
                    place.planCode(),
                    start,
                    by);
            newSites++;
        }
        return new RosterImports.Taken(
                sha256,
                name,
                clock.instant(),
                by,
                intake.steps().size(),
                newMembers,
                newSites,
                newPayers);
    }

    private MemberId takeIn(RosterLine line, MemberId by) {
        RosterLine.Place place = line.place();
        return membership
                .takeIn(
                        new Person(line.name(), line.email(), line.phone()),
                        requireNonNullElse(line.joinedOn(), membership.today()),
                        place == null ? "" : place.address(),
                        by)
                .orElseThrow(() ->
                        new RosterRefused(
                                "file-has-problems",
                                line.at(),
                                "email",
                                "email-taken",
                                "somebody else has just taken this address"));
    }

    private static String sha256(byte[] file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
