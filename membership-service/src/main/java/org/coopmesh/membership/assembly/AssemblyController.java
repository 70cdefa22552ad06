package org.coopmesh.membership.assembly;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Proposals, what is said about them, and votes. A ballot alone comes from nobody in particular. */
@RestController
@RequestMapping("/api/assembly")
class AssemblyController {
    private static final String MEMBER = "hasRole('member')";
    private static final String BOARD = "ROLE_board";
    private static final int VERSIONS_MAX = 200;
    private static final int BASE64_MAX = 512;

    private final Assembly assembly;

    AssemblyController(Assembly assembly) {
        this.assembly = assembly;
    }

    record NewProposal(
            @NotBlank @Size(max = Paper.TITLE_MAX) String title,
            @NotBlank @Size(max = Paper.TEXT_MAX) String text,
            @NotNull @Valid ChangeFields change,
            @Nullable LocalDate effectFrom) {}

    /** How the vote went. */
    record ResultView(
            int yes,
            int no,
            int abstain,
            String outcome,
            Instant countedAt,
            @Nullable Instant appliedAt,
            @Nullable String seal) {}

    /**
     * One proposal, as the caller may see it.
     *
     * @param cast how many ballots are in the box; while the vote is open for the board alone
     */
    record ProposalView(
            UUID id,
            int number,
            UUID by,
            String byName,
            String title,
            String text,
            ChangeFields change,
            @Nullable LocalDate effectFrom,
            Instant submittedAt,
            String state,
            int seconders,
            int secondersWanted,
            boolean seconded,
            @Nullable Integer quorumPercent,
            @Nullable String majority,
            @Nullable LocalDate opensOn,
            @Nullable LocalDate closesOn,
            @Nullable LocalDate effectiveOn,
            @Nullable Integer electorate,
            @Nullable String ballotKey,
            boolean takesBallots,
            boolean mayVote,
            boolean ballotSigned,
            @Nullable Integer signed,
            @Nullable Integer cast,
            @Nullable ResultView result,
            @Nullable String withdrawnWhy) {}

    record ProposalsView(List<ProposalView> items, @Nullable String next) {}

    /** Newest first. */
    @GetMapping("/proposals")
    @PreAuthorize(MEMBER)
    ProposalsView proposals(
            @RequestParam(defaultValue = "50") @Min(1) @Max(100) int limit,
            @RequestParam(required = false) @Nullable @Positive Integer after,
            Authentication caller) {
        var pages =
                assembly.pages(
                        after == null ? Integer.MAX_VALUE : after,
                        limit + 1,
                        member(caller),
                        isBoard(caller));
        var shown = pages.stream().limit(limit).map(this::view).toList();
        return new ProposalsView(
                shown, pages.size() > limit ? Integer.toString(shown.getLast().number()) : null);
    }

    @PostMapping("/proposals")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize(MEMBER)
    ProposalView propose(@RequestBody @Valid NewProposal request, Authentication caller) {
        Proposal made =
                assembly.propose(
                        member(caller),
                        request.title().strip(),
                        request.text().strip(),
                        request.change(),
                        request.effectFrom());
        return show(made.paper().id().value(), caller);
    }

    @GetMapping("/proposals/{id}")
    @PreAuthorize(MEMBER)
    ProposalView show(@PathVariable UUID id, Authentication caller) {
        return view(assembly.page(new ProposalId(id), member(caller), isBoard(caller)));
    }

    @PostMapping("/proposals/{id}/seconds")
    @PreAuthorize(MEMBER)
    ProposalView second(@PathVariable UUID id, Authentication caller) {
        assembly.second(new ProposalId(id), member(caller));
        return show(id, caller);
    }

    record Why(@NotBlank @Size(max = 500) String reason) {}

    /** Before the vote: who made it, or the board. */
    @PostMapping("/proposals/{id}/withdraw")
    @PreAuthorize(MEMBER)
    ProposalView withdraw(
            @PathVariable UUID id, @RequestBody @Valid Why why, Authentication caller) {
        assembly.withdraw(
                new ProposalId(id), member(caller), isBoard(caller), why.reason().strip());
        return show(id, caller);
    }

    record NewComment(@NotBlank @Size(max = Comments.TEXT_MAX) String text) {}

    record CommentView(
            long id,
            UUID by,
            String byName,
            Instant at,
            @Nullable String text,
            @Nullable String hiddenWhy) {}

    record CommentsView(List<CommentView> items) {}

    /** All, oldest first. */
    @GetMapping("/proposals/{id}/comments")
    @PreAuthorize(MEMBER)
    CommentsView comments(@PathVariable UUID id) {
        return new CommentsView(
                assembly.comments(new ProposalId(id)).stream().map(this::view).toList());
    }

    @PostMapping("/proposals/{id}/comments")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize(MEMBER)
    CommentView comment(
            @PathVariable UUID id, @RequestBody @Valid NewComment comment, Authentication caller) {
        return view(assembly.comment(new ProposalId(id), member(caller), comment.text().strip()));
    }

    @PostMapping("/proposals/{id}/comments/{comment}/hide")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('board', 'moderator')")
    void hide(
            @PathVariable UUID id,
            @PathVariable long comment,
            @RequestBody @Valid Why why,
            Authentication caller) {
        assembly.hide(new ProposalId(id), comment, member(caller), why.reason().strip());
    }

    /** The folded paper: blinded as in RFC 9474, Base64. */
    record FoldedPaper(@NotNull @Size(max = BASE64_MAX) String folded) {}

    record SignatureView(String signature) {}

    /** Signs one folded paper for the caller, unseen. */
    @PostMapping("/proposals/{id}/signature")
    @PreAuthorize("hasRole('member') and @freshProof.isGiven(authentication)")
    SignatureView sign(
            @PathVariable UUID id, @RequestBody @Valid FoldedPaper paper, Authentication caller) {
        byte[] folded;
        try {
            folded = Base64.getDecoder().decode(paper.folded());
        } catch (IllegalArgumentException malformed) {
            throw AssemblyRefused.unacceptable("paper-unacceptable", "folded", "folded is Base64");
        }
        return switch (assembly.sign(new ProposalId(id), member(caller), folded)) {
            case Assembly.Signing.Signed(String signature) -> new SignatureView(signature);
            case Assembly.Signing.Refused(AssemblyRefused why) -> throw why;
        };
    }

    record NewBallot(
            @NotNull UUID proposalId,
            @NotNull @Pattern(regexp = "[0-9a-f]{64}") String nonce,
            @NotNull @Pattern(regexp = "yes|no|abstain") String choice,
            @NotNull @Size(max = BASE64_MAX) String signature) {
        @Override
        public String toString() {
            return "NewBallot";
        }
    }

    record ReceiptView(String receipt, String publicKey) {}

    /** Takes a signed ballot. It must come without a name: a call that is signed in is refused. */
    @PostMapping("/ballots")
    ReceiptView cast(@RequestBody @Valid NewBallot request, @Nullable Principal caller) {
        if (caller != null)
            throw AssemblyRefused.conflict(
                    "ballot-with-a-name", "a ballot is cast without being signed in");
        Ballot ballot;
        try {
            ballot = new Ballot(request.nonce(), Choice.of(request.choice()), request.signature());
        } catch (IllegalArgumentException malformed) {
            throw AssemblyRefused.unacceptable(
                    "ballot-not-signed", "signature", String.valueOf(malformed.getMessage()));
        }
        return switch (assembly.cast(new ProposalId(request.proposalId()), ballot)) {
            case Assembly.Casting.Taken(String receipt) ->
                    new ReceiptView(receipt, assembly.publicKey());
            case Assembly.Casting.Refused(AssemblyRefused why) -> throw why;
        };
    }

    /** Everything to count a vote again, as text; ./coopmesh verify ballot reads it. */
    @GetMapping(path = "/proposals/{id}/record", produces = MediaType.TEXT_PLAIN_VALUE)
    @PreAuthorize(MEMBER)
    ResponseEntity<byte[]> record(@PathVariable UUID id) {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noCache())
                .contentType(new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("vote-%s.txt".formatted(id))
                                .build()
                                .toString())
                .body(
                        assembly.record(new ProposalId(id))
                                .published()
                                .getBytes(StandardCharsets.UTF_8));
    }

    record TermsFields(
            @Min(0) @Max(100) int quorumPercent,
            @NotNull @Pattern(regexp = "simple|two-thirds") String majority,
            @NotNull @Pattern(regexp = "simple|two-thirds") String rulesMajority,
            @Min(0) @Max(100) int seconders,
            @Min(0) @Max(90) int discussionDays,
            @Min(1) @Max(60) int votingDays) {
        static TermsFields of(Terms terms) {
            return new TermsFields(
                    terms.quorumPercent(),
                    terms.majority().word(),
                    terms.rulesMajority().word(),
                    terms.seconders(),
                    terms.discussionDays(),
                    terms.votingDays());
        }

        Terms terms() {
            return new Terms(
                    quorumPercent,
                    Majority.of(majority),
                    Majority.of(rulesMajority),
                    seconders,
                    discussionDays,
                    votingDays);
        }
    }

    record TermsChange(
            @NotNull @Valid TermsFields terms, @NotBlank @Size(max = 500) String reason) {}

    record TermsVersionView(TermsFields terms, String reason, UUID by, Instant at) {}

    record TermsView(TermsFields terms, String publicKey, List<TermsVersionView> changes) {}

    /** By which terms the assembly decides, and all that were set before, newest first. */
    @GetMapping("/terms")
    @PreAuthorize(MEMBER)
    TermsView terms() {
        return new TermsView(
                TermsFields.of(assembly.terms()),
                assembly.publicKey(),
                assembly.termsSoFar(VERSIONS_MAX).stream()
                        .map(each ->
                                new TermsVersionView(
                                        TermsFields.of(each.terms()),
                                        each.reason(),
                                        each.by().value(),
                                        each.at()))
                        .toList());
    }

    /** For what is seconded from now on. */
    @PutMapping("/terms")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    TermsView change(@RequestBody @Valid TermsChange change, Authentication caller) {
        assembly.change(change.terms().terms(), change.reason().strip(), member(caller));
        return terms();
    }

    private CommentView view(Comments.Comment comment) {
        return new CommentView(
                comment.id(),
                comment.by().value(),
                assembly.nameOf(comment.by()),
                comment.at(),
                comment.text(),
                comment.hiddenWhy());
    }

    private ProposalView view(Assembly.Page page) {
        Proposal proposal = page.proposal();
        Paper paper = proposal.paper();
        Rule rule = null;
        Calendar calendar = null;
        Integer electorate = null;
        String ballotKey = null;
        ResultView result = null;
        String withdrawnWhy = null;
        boolean takesBallots = false;
        String state;
        switch (proposal) {
            case Proposal.Draft _ -> state = "draft";
            case Proposal.Discussed discussed -> {
                state = "discussion";
                rule = discussed.rule();
                calendar = discussed.calendar();
            }
            case Proposal.Voting vote -> {
                state = "voting";
                rule = vote.rule();
                calendar = vote.calendar();
                electorate = vote.electorate();
                ballotKey = vote.key();
                takesBallots = assembly.takesBallots(vote);
            }
            case Proposal.Counted vote -> {
                state = "counted";
                rule = vote.rule();
                calendar = vote.calendar();
                electorate = vote.electorate();
                ballotKey = vote.key();
                result =
                        new ResultView(
                                vote.tally().yes(),
                                vote.tally().no(),
                                vote.tally().abstain(),
                                vote.outcome().word(),
                                vote.countedAt(),
                                vote.appliedAt(),
                                page.seal());
            }
            case Proposal.Withdrawn withdrawn -> {
                state = "withdrawn";
                withdrawnWhy = withdrawn.why();
            }
        }
        return new ProposalView(
                paper.id().value(),
                paper.number(),
                paper.by().value(),
                page.byName(),
                paper.title(),
                paper.text(),
                ChangeFields.of(paper.change()),
                paper.effectFrom(),
                paper.submittedAt(),
                state,
                page.seconders(),
                assembly.terms().seconders(),
                page.seconded(),
                rule == null ? null : rule.quorumPercent(),
                rule == null ? null : rule.majority().word(),
                calendar == null ? null : calendar.opensOn(),
                calendar == null ? null : calendar.closesOn(),
                calendar == null ? null : calendar.effectiveOn(),
                electorate,
                ballotKey,
                takesBallots,
                page.mayVote(),
                page.signed(),
                page.turnout() == null ? null : page.turnout().signed(),
                page.turnout() == null ? null : page.turnout().cast(),
                result,
                withdrawnWhy);
    }

    private static MemberId member(Authentication caller) {
        return new MemberId(UUID.fromString(caller.getName()));
    }

    private static boolean isBoard(Authentication caller) {
        return AuthorityUtils.authorityListToSet(caller.getAuthorities()).contains(BOARD);
    }

    @ExceptionHandler
    ProblemDetail refused(AssemblyRefused e) {
        String why = String.valueOf(e.getMessage());
        var problem = ProblemDetail.forStatusAndDetail(e.status(), why);
        problem.setType(URI.create("https://coopmesh.org/problems/" + e.slug()));
        String field = e.field();
        if (field != null)
            problem.setProperty(
                    "errors", List.of(Map.of("field", field, "rule", e.slug(), "message", why)));
        return problem;
    }
}
