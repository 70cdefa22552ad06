package org.coopmesh.membership.member;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What staff writes down about members, and the words it sorts them by. */
@RestController
class StaffController extends ProblemSpeaker {
    private static final String OFFICE = "hasAnyRole('board', 'treasurer', 'network', 'moderator')";

    private final Membership membership;
    private final Members members;
    private final Notes notes;
    private final Labels labels;
    private final Sites sites;

    StaffController(
            Membership membership, Members members, Notes notes, Labels labels, Sites sites) {
        this.membership = membership;
        this.members = members;
        this.notes = notes;
        this.labels = labels;
        this.sites = sites;
    }

    record NoteRequest(@NotBlank @Size(max = Notes.TEXT_MAX) String text) {}

    record NoteView(long id, Instant at, UUID by, String text) {
        static NoteView of(Notes.Note note) {
            return new NoteView(note.id(), note.at(), note.by().value(), note.text());
        }
    }

    record NotesView(List<NoteView> items, @Nullable String next) {}

    /** Newest first. Notes are for staff; the member gets them with everything about themselves. */
    @GetMapping("/api/members/{id}/notes")
    @PreAuthorize(OFFICE)
    NotesView notes(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable @Positive Long after) {
        var member = new MemberId(id);
        if (members.find(member).isEmpty()) throw new NotFound(member);
        var page = notes.page(member, after == null ? Long.MAX_VALUE : after, limit + 1);
        var shown = page.stream().limit(limit).map(NoteView::of).toList();
        return new NotesView(
                shown, page.size() > limit ? Long.toString(shown.getLast().id()) : null);
    }

    @PostMapping("/api/members/{id}/notes")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize(OFFICE)
    NoteView writeDown(
            @PathVariable UUID id, @RequestBody @Valid NoteRequest request, Principal caller) {
        return NoteView.of(
                membership.writeDown(
                        new MemberId(id),
                        new MemberId(UUID.fromString(caller.getName())),
                        request.text().strip()));
    }

    record LabelsRequest(
            @NotNull @Size(max = Labels.PER_MEMBER_MAX)
                    Set<@NotNull @Pattern(regexp = Labels.WORD) String> labels) {}

    record LabelsView(List<String> labels) {}

    @PutMapping("/api/members/{id}/labels")
    @PreAuthorize("hasAnyRole('board', 'treasurer', 'network')")
    LabelsView label(@PathVariable UUID id, @RequestBody @Valid LabelsRequest request) {
        membership.label(new MemberId(id), request.labels());
        return new LabelsView(List.copyOf(new TreeSet<>(request.labels())));
    }

    /** Words in use, each with how many members or sites have it. */
    record WordsView(List<Labels.Count> labels, List<Labels.Count> zones) {}

    @GetMapping("/api/members/words")
    @PreAuthorize(OFFICE)
    WordsView words() {
        return new WordsView(labels.all(), sites.zones());
    }
}
