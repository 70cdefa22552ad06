package org.coopmesh.load;

import static org.coopmesh.quickstart.Mesh.ROUTERS;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.coopmesh.quickstart.Quickstart;

/** What should be and what is, a line each. */
final class Findings {
    private static final Pattern ADDRESS =
            Pattern.compile("(?<![\\d.])" + Pattern.quote(Deeds.BANNED) + "\\d+\\.\\d+(?![\\d.])");
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int TOLD_MAX = 400;

    private final List<String> wrong = new ArrayList<>();

    /** Whether all was as it should be. */
    boolean clean() {
        return wrong.isEmpty();
    }

    /** Both must be the same. */
    void same(String what, Object should, Object is) {
        holds(
                what,
                should.equals(is),
                told(should) + (should.equals(is) ? "" : ", is " + told(is)));
    }

    /** Says {@code how} it is, and remembers where it is wrong. */
    void holds(String what, boolean right, String how) {
        System.out.println((right ? "HOLDS  " : "WRONG  ") + what + ": " + how);
        if (!right) wrong.add(what);
    }

    private static String told(Object value) {
        String text =
                value instanceof Collection<?> many && many.size() > 8
                        ? many.size() + " of them"
                        : String.valueOf(value);
        return text.length() > TOLD_MAX ? text.substring(0, TOLD_MAX) + "…" : text;
    }

    /** The packet filter of every router drops what is banned and nothing else. */
    void bansOnEveryRouter(Quickstart village, TreeSet<String> standing) {
        for (String router : ROUTERS) {
            Instant giveUp = Instant.now().plus(PATIENCE);
            TreeSet<String> held = dropped(village, router);
            while (!held.equals(standing) && Instant.now().isBefore(giveUp)) {
                try {
                    Thread.sleep(1_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                held = dropped(village, router);
            }
            same("bans in the kernel of " + router, standing, held);
        }
    }

    private static TreeSet<String> dropped(Quickstart village, String router) {
        String rules = village.mesh().inNamespace(router, List.of("nft", "list", "ruleset"));
        return ADDRESS.matcher(rules)
                .results()
                .map(MatchResult::group)
                .collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
    }
}
