package org.coopmesh.membership.roster;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.Membership.Sorted;
import org.coopmesh.membership.member.Site;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Labels of members, zones of sites and the nodes agreed for them, from a spreadsheet: first a preview, then all of it or nothing.
 * A cell says what holds from then on; an empty one leaves what is there. The same file again changes nothing.
 */
@Service
class Sorting {
    static final List<String> COLUMNS = List.of("email", "labels", "site", "zone", "nodes");

    /** Between the words of one cell. */
    private static final Pattern BETWEEN = Pattern.compile("[|;]");

    private static final Pattern WORD = Pattern.compile(Membership.WORD);
    private static final int CELL_MAX = 4_000;
    private static final Logger log = LoggerFactory.getLogger(Sorting.class);

    private final Membership membership;
    private final Agreed agreed;

    Sorting(Membership membership, Agreed agreed) {
        this.membership = membership;
        this.agreed = agreed;
    }

    /** What was, and what is to be; {@code to} null where it stays. */
    record Change<T>(T from, @Nullable T to) {
        boolean isOne() {
            return to != null && !to.equals(from);
        }
    }

    /**
     * One line.
     *
     * @param site null where the line is of a member alone
     */
    record Step(
            String at,
            MemberId member,
            String name,
            @Nullable SiteId site,
            @Nullable String siteName,
            Change<List<String>> labels,
            Change<String> zone,
            Change<List<String>> nodes) {
        boolean changes() {
            return labels.isOne() || zone.isOne() || nodes.isOne();
        }
    }

    record Preview(String sha256, List<Step> steps, List<RosterProblem> problems) {}

    /**
     * Reads a file and changes nothing.
     *
     * @throws RosterRefused if the file cannot be read at all
     */
    @Transactional(readOnly = true)
    Preview preview(byte[] file) {
        CsvFile.Table table = CsvFile.table(Roster.text(file), COLUMNS, List.of("email"));
        if (table.rows().isEmpty())
            throw new RosterRefused("file-unreadable", "", "", "empty", "no line but the first");
        var reader = new LineReader();
        Map<String, Sorted> known = new HashMap<>();
        membership
                .sorted(
                        table.rows().stream()
                                .map(row -> String.valueOf(table.cell(row, "email")).strip())
                                .distinct()
                                .toList())
                .forEach(each -> known.put(each.email().toLowerCase(Locale.ROOT), each));
        Map<SiteId, List<String>> expected = agreed.bySite();
        var seen = new HashSet<String>();
        var labelled = new HashMap<MemberId, List<String>>();
        var steps = new ArrayList<Step>();
        for (CsvFile.Row row : table.rows()) {
            reader.begin(Integer.toString(row.line()));
            Step step = step(table, row, reader, known, expected, seen, labelled);
            if (step != null) steps.add(step);
        }
        return new Preview(sha256(file), List.copyOf(steps), List.copyOf(reader.problems()));
    }

    private static @Nullable Step step(
            CsvFile.Table table,
            CsvFile.Row row,
            LineReader reader,
            Map<String, Sorted> known,
            Map<SiteId, List<String>> expected,
            HashSet<String> seen,
            HashMap<MemberId, List<String>> labelled) {
        String email = reader.email("email", table.cell(row, "email"));
        String siteName = reader.text("site", table.cell(row, "site"), LineReader.NAME_MAX);
        String zone = reader.text("zone", table.cell(row, "zone"), CELL_MAX);
        List<String> labels = words(reader, "labels", table.cell(row, "labels"));
        List<String> nodes = words(reader, "nodes", table.cell(row, "nodes"));
        if (labels.stream().anyMatch(label -> !WORD.matcher(label).matches()))
            reader.wrong("labels", "word", "a label is 1 to 40 letters, digits, blanks or _ . -");
        if (labels.size() > Membership.LABELS_MAX)
            reader.wrong("labels", "size", "at most " + Membership.LABELS_MAX + " labels");
        if (!zone.isEmpty() && !WORD.matcher(zone).matches())
            reader.wrong("zone", "word", "a zone is 1 to 40 letters, digits, blanks or _ . -");
        if (nodes.stream().anyMatch(node -> node.length() > Agreed.NAME_MAX))
            reader.wrong(
                    "nodes",
                    "size",
                    "a node's name has at most " + Agreed.NAME_MAX + " characters");
        if (nodes.size() > Agreed.PER_SITE_MAX)
            reader.wrong("nodes", "size", "at most " + Agreed.PER_SITE_MAX + " nodes a site");
        if (siteName.isEmpty() && !zone.isEmpty())
            reader.wrong("site", "required", "is missing, but there is a zone");
        if (siteName.isEmpty() && !nodes.isEmpty())
            reader.wrong("site", "required", "is missing, but there are nodes");
        Sorted member = known.get(email.toLowerCase(Locale.ROOT));
        if (member == null) {
            if (!email.isEmpty()) reader.wrong("email", "unknown", "nobody has this address");
            return null;
        }
        if (!seen.add(member.id() + " " + Agreed.key(siteName)))
            reader.wrong("site", "twice", "a line before is of the same member and site");
        if (!labels.isEmpty() && !labels.equals(labelled.getOrDefault(member.id(), labels)))
            reader.wrong("labels", "contradicts", "a line before gives this member other labels");
        labelled.putIfAbsent(member.id(), labels);
        Site site = null;
        if (!siteName.isEmpty()) {
            List<Site> sites =
                    member.sites().stream()
                            .filter(each -> Agreed.key(each.name()).equals(Agreed.key(siteName)))
                            .toList();
            if (sites.isEmpty())
                reader.wrong("site", "unknown", "this member answers for no such site");
            if (sites.size() > 1)
                reader.wrong("site", "ambiguous", "this member has several sites of this name");
            if (sites.size() != 1) return null;
            site = sites.getFirst();
        }
        String before = site == null || site.zone() == null ? "" : site.zone();
        List<String> had = site == null ? List.of() : expected.getOrDefault(site.id(), List.of());
        return new Step(
                Integer.toString(row.line()),
                member.id(),
                member.name(),
                site == null ? null : site.id(),
                site == null ? null : site.name(),
                new Change<>(member.labels(), labels.isEmpty() ? null : labels),
                new Change<>(before, zone.isEmpty() ? null : zone),
                new Change<>(had, nodes.isEmpty() ? null : nodes));
    }

    /** The words of a cell, each once, in order. */
    private static List<String> words(LineReader reader, String field, @Nullable String raw) {
        var words = new LinkedHashMap<String, String>();
        for (String word : BETWEEN.split(reader.text(field, raw, CELL_MAX))) {
            if (!word.isBlank()) words.putIfAbsent(Agreed.key(word), word.strip());
        }
        return List.copyOf(new TreeSet<>(words.values()));
    }

    /**
     * Sorts as the preview of the same bytes showed.
     *
     * @return how many lines changed something
     * @throws RosterRefused if any line has a problem, or the bytes are not those that were previewed
     */
    @Transactional
    int take(byte[] file, String sha256, MemberId by) {
        if (!sha256(file).equals(sha256))
            throw new RosterRefused(
                    "not-as-previewed",
                    "",
                    "sha256",
                    "not-as-previewed",
                    "this is not the file that was previewed");
        Preview preview = preview(file);
        if (!preview.problems().isEmpty())
            throw new RosterRefused("file-has-problems", preview.problems());
        int changed = 0;
        for (Step step : preview.steps()) {
            if (!step.changes()) continue;
            List<String> labels = step.labels().to();
            String zone = step.zone().to();
            List<String> nodes = step.nodes().to();
            if (labels != null) membership.label(step.member(), new HashSet<>(labels));
            if (step.site() != null && zone != null) membership.zone(step.site(), zone);
            if (step.site() != null && nodes != null) agreed.set(step.site(), nodes, by);
            changed++;
        }
        log.atInfo()
                .addKeyValue("by", by)
                .addKeyValue("sha256", sha256)
                .addKeyValue("lines", changed)
                .log("members and sites sorted by a file");
        return changed;
    }

    private static String sha256(byte[] file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
