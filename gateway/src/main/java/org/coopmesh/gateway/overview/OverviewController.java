package org.coopmesh.gateway.overview;

import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.gateway.overview.PartReader.Answer;
import org.coopmesh.gateway.routing.Part;
import org.coopmesh.gateway.session.SessionEnd;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What needs me now, and all that happened with one member: answers of several services side by side. */
@RestController
@RequestMapping("/api/overview")
class OverviewController {
    private static final int TIMELINE_MAX = 200;

    /** Of one member, or one payer. */
    private static final int MAILS_MAX = 50;

    private static final int PAGE = 200;
    private static final int NODE_PAGES_MAX = 10;

    private final PartReader reader;

    OverviewController(PartReader reader) {
        this.reader = reader;
    }

    record PartView(String part, boolean ok, @Nullable String why) {}

    /** {@code more}: there are at least {@code count}. */
    record CountView(long count, boolean more) {}

    record MoneyView(String amount, String currency) {}

    /** Appeals that wait to be heard, and how many of them wait too long. */
    record AppealsView(long count, boolean more, long overdue) {}

    record OverdueView(long count, boolean more, @Nullable MoneyView total) {}

    /**
     * {@code membersAffected}: who owns a node that is down, or has a site behind one. {@code more}: there are more nodes than
     * were counted.
     */
    record NodesView(
            long up, long late, long down, long never, long membersAffected, boolean more) {}

    /** Outages that affect members and that nobody acknowledged, and how many members they affect, each counted once a fault. */
    record OutagesView(long count, boolean more, long members) {}

    record HomeView(
            List<PartView> parts,
            @Nullable CountView applicants,
            @Nullable CountView openCases,
            @Nullable AppealsView appeals,
            @Nullable OverdueView overdueInvoices,
            @Nullable NodesView nodes,
            @Nullable CountView unbilled,
            @Nullable CountView implausible,
            @Nullable OutagesView outages,
            @Nullable CountView failedMails,
            long deadLetters) {}

    @GetMapping("/home")
    HomeView home(@RegisteredOAuth2AuthorizedClient("coopmesh") OAuth2AuthorizedClient client) {
        String token = client.getAccessToken().getTokenValue();
        var applicants =
                reader.ask(Part.MEMBERSHIP, "/api/members?state=applicant&limit=" + PAGE, token);
        var nodes =
                reader.askPages(Part.MEMBERSHIP, "/api/nodes?limit=" + PAGE, NODE_PAGES_MAX, token);
        var outages = reader.ask(Part.MEMBERSHIP, "/api/outages?state=open&limit=" + PAGE, token);
        var mails = reader.ask(Part.MEMBERSHIP, "/api/members/mail", token);
        var overdue = reader.ask(Part.BILLING, "/api/invoices?state=overdue&limit=" + PAGE, token);
        var runs = reader.ask(Part.BILLING, "/api/bill-runs", token);
        var implausible = reader.ask(Part.BILLING, "/api/usage/implausible?limit=" + PAGE, token);
        var cases = reader.ask(Part.ABUSE, "/api/cases?state=open&limit=" + PAGE, token);
        var appeals =
                reader.ask(Part.ABUSE, "/api/abuse/appeals?state=lodged&limit=" + PAGE, token);
        var letters = new LinkedHashMap<Part, PartReader.Pending>();
        for (Part part : Part.values()) {
            letters.put(part, reader.ask(part, "/api/" + part.word() + "/dead-letters", token));
        }

        var parts = new LinkedHashMap<Part, PartView>();
        note(parts, Part.MEMBERSHIP, applicants.get());
        note(parts, Part.MEMBERSHIP, nodes.get());
        note(parts, Part.MEMBERSHIP, outages.get());
        note(parts, Part.MEMBERSHIP, mails.get());
        note(parts, Part.BILLING, overdue.get());
        note(parts, Part.BILLING, runs.get());
        note(parts, Part.BILLING, implausible.get());
        note(parts, Part.ABUSE, cases.get());
        note(parts, Part.ABUSE, appeals.get());
        long deadLetters = 0;
        for (var letter : letters.entrySet()) {
            note(parts, letter.getKey(), letter.getValue().get());
            deadLetters += letter.getValue().get().body().path("count").asLong(0);
        }
        return new HomeView(
                List.copyOf(parts.values()),
                count(applicants.get()),
                count(cases.get()),
                appeals(appeals.get()),
                overdue(overdue.get()),
                nodes(nodes.get()),
                unbilled(runs.get()),
                count(implausible.get()),
                outages(outages.get()),
                failedMails(mails.get()),
                deadLetters);
    }

    /** {@code at} sorts; {@code kind} and {@code detail} are the service's own words. */
    record MomentView(String at, String part, String kind, JsonNode detail) {}

    record MemberTimelineView(List<PartView> parts, List<MomentView> items) {}

    @GetMapping("/members/{id}")
    MemberTimelineView member(
            @PathVariable UUID id,
            @RegisteredOAuth2AuthorizedClient("coopmesh") OAuth2AuthorizedClient client) {
        String token = client.getAccessToken().getTokenValue();
        var timeline = reader.ask(Part.MEMBERSHIP, "/api/members/" + id + "/timeline", token);
        var member = reader.ask(Part.MEMBERSHIP, "/api/members/" + id, token);
        var cases = reader.ask(Part.ABUSE, "/api/cases?memberId=" + id + "&limit=" + PAGE, token);
        var mails =
                reader.ask(
                        Part.MEMBERSHIP,
                        "/api/members/mail/mails?memberId=" + id + "&limit=" + MAILS_MAX,
                        token);
        var parts = new LinkedHashMap<Part, PartView>();
        var moments = new ArrayList<MomentView>();
        note(parts, Part.MEMBERSHIP, timeline.get());
        note(parts, Part.MEMBERSHIP, mails.get());
        addMails(moments, mails.get(), Part.MEMBERSHIP);
        for (JsonNode item : timeline.get().body().path("items")) {
            moments.add(
                    new MomentView(
                            item.path("at").asString(),
                            Part.MEMBERSHIP.word(),
                            item.path("kind").asString(),
                            item.path("detail")));
        }
        for (String payer : payers(member.get().body())) {
            var invoices = reader.ask(Part.BILLING, "/api/invoices?payerId=" + payer, token);
            var payments = reader.ask(Part.BILLING, "/api/payments?payerId=" + payer, token);
            var bills =
                    reader.ask(
                            Part.BILLING,
                            "/api/billing/mail/mails?payerId=" + payer + "&limit=" + MAILS_MAX,
                            token);
            note(parts, Part.BILLING, invoices.get());
            addMails(moments, bills.get(), Part.BILLING);
            add(moments, invoices.get(), Part.BILLING, "invoice", "issuedOn");
            add(moments, payments.get(), Part.BILLING, "payment", "receivedOn");
        }
        note(parts, Part.ABUSE, cases.get());
        add(moments, cases.get(), Part.ABUSE, "case", "openedAt");
        moments.sort(Comparator.comparing(MomentView::at).reversed());
        return new MemberTimelineView(
                List.copyOf(parts.values()),
                List.copyOf(moments.subList(0, Math.min(moments.size(), TIMELINE_MAX))));
    }

    /** Never a redirect to the sign-in page: a script asked, not a person. */
    @ExceptionHandler
    ProblemDetail notRenewed(ClientAuthorizationException notRenewed) {
        boolean ended = SessionEnd.isMeantBy(notRenewed);
        var problem =
                ended
                        ? ProblemDetail.forStatusAndDetail(HttpStatus.UNAUTHORIZED, SessionEnd.TOLD)
                        : ProblemDetail.forStatusAndDetail(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "The part \"membership\" does not answer right now: try again.");
        problem.setType(
                URI.create(
                        "https://coopmesh.org/problems/"
                                + (ended ? "signed-out" : "part-unavailable")));
        return problem;
    }

    private static Set<String> payers(JsonNode member) {
        var payers = new HashSet<String>();
        if (member.hasNonNull("payerId")) {
            payers.add(member.path("payerId").asString());
        }
        if (member.path("payer").hasNonNull("id")) {
            payers.add(member.path("payer").path("id").asString());
        }
        for (JsonNode site : member.path("sites")) {
            if (site.hasNonNull("payerId")) {
                payers.add(site.path("payerId").asString());
            }
        }
        return payers;
    }

    private static void add(
            List<MomentView> moments, Answer answer, Part part, String kind, String atField) {
        for (JsonNode item : answer.body().path("items")) {
            moments.add(new MomentView(item.path(atField).asString(""), part.word(), kind, item));
        }
    }

    /** Which notice, and what became of it; not to which address. */
    private static void addMails(List<MomentView> moments, Answer answer, Part part) {
        for (JsonNode mail : answer.body().path("items")) {
            var detail = JsonNodeFactory.instance.objectNode();
            detail.set("notice", mail.path("notice"));
            detail.set("state", mail.path("state"));
            moments.add(
                    new MomentView(
                            mail.path("queuedAt").asString(""), part.word(), "mail", detail));
        }
    }

    /** One silence makes the part not ok; a refusal is an answer. */
    private static void note(Map<Part, PartView> parts, Part part, Answer answer) {
        if (answer instanceof Answer.Silent(String why)) {
            parts.put(part, new PartView(part.word(), false, why));
        } else {
            parts.putIfAbsent(part, new PartView(part.word(), true, null));
        }
    }

    private static @Nullable CountView count(Answer answer) {
        return answer instanceof Answer.Told(JsonNode body)
                ? new CountView(body.path("items").size(), body.hasNonNull("next"))
                : null;
    }

    private static @Nullable AppealsView appeals(Answer answer) {
        if (!(answer instanceof Answer.Told(JsonNode body))) {
            return null;
        }
        long overdue =
                body.path("items")
                        .valueStream()
                        .filter(appeal -> appeal.path("overdue").asBoolean(false))
                        .count();
        // A list as long as was asked for may have been cut there.
        return new AppealsView(
                body.path("items").size(), body.path("items").size() == PAGE, overdue);
    }

    /** Members see their own outages without a count of members, which is nothing that waits for them. */
    private static @Nullable OutagesView outages(Answer answer) {
        if (!(answer instanceof Answer.Told(JsonNode body))) {
            return null;
        }
        long count = 0;
        long members = 0;
        for (JsonNode outage : body.path("items")) {
            if (outage.path("members").asLong(0) > 0 && !outage.hasNonNull("acknowledgedAt")) {
                count++;
                members += outage.path("members").asLong();
            }
        }
        return new OutagesView(count, body.path("items").size() == PAGE, members);
    }

    /** What a person has to decide: failed, in doubt, or without an address. */
    private static @Nullable CountView failedMails(Answer answer) {
        if (!(answer instanceof Answer.Told(JsonNode body))) {
            return null;
        }
        JsonNode counts = body.path("counts");
        return new CountView(
                counts.path("failed").asLong(0)
                        + counts.path("doubtful").asLong(0)
                        + counts.path("unaddressed").asLong(0),
                false);
    }

    private static @Nullable OverdueView overdue(Answer answer) {
        if (!(answer instanceof Answer.Told(JsonNode body))) {
            return null;
        }
        BigDecimal total = BigDecimal.ZERO;
        String currency = "";
        for (JsonNode invoice : body.path("items")) {
            total = total.add(new BigDecimal(invoice.path("open").path("amount").asString("0")));
            currency = invoice.path("open").path("currency").asString("");
        }
        return new OverdueView(
                body.path("items").size(),
                body.hasNonNull("next"),
                currency.isEmpty() ? null : new MoneyView(total.toPlainString(), currency));
    }

    /** Payers whom some finished month left out because something has to be put right. */
    private static @Nullable CountView unbilled(Answer answer) {
        if (!(answer instanceof Answer.Told(JsonNode body))) {
            return null;
        }
        Set<String> payers = new HashSet<>();
        for (JsonNode run : body.path("items")) {
            run.path("skipped").forEach(skipped -> payers.add(skipped.path("payerId").asString()));
        }
        return new CountView(payers.size(), body.hasNonNull("next"));
    }

    private static @Nullable NodesView nodes(Answer answer) {
        if (!(answer instanceof Answer.Told(JsonNode body))) {
            return null;
        }
        long up = 0;
        long late = 0;
        long down = 0;
        long never = 0;
        Set<String> affected = new HashSet<>();
        for (JsonNode node : body.path("items")) {
            switch (node.path("live").asString("never")) {
                case "up" -> up++;
                case "late" -> late++;
                case "down" -> {
                    down++;
                    affected.add(node.path("ownerId").asString());
                    for (JsonNode attachment : node.path("attachments")) {
                        if (attachment.hasNonNull("memberId")) {
                            affected.add(attachment.path("memberId").asString());
                        }
                    }
                }
                default -> never++;
            }
        }
        return new NodesView(up, late, down, never, affected.size(), body.hasNonNull("next"));
    }
}
