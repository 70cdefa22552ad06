package org.coopmesh.membership.privacy;

import java.net.URI;
import java.security.Principal;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.privacy.PersonalData;
import org.coopmesh.privacy.Register;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Shows what is held about people and why, and hands out what is held about oneself. */
@RestController
@PreAuthorize("isAuthenticated()")
class PrivacyController {
    private static final String NOT_YET = "https://coopmesh.org/problems/erasure-hindered";

    private final PersonalData data;
    private final Erasure erasure;
    private final Membership membership;

    PrivacyController(PersonalData data, Erasure erasure, Membership membership) {
        this.data = data;
        this.erasure = erasure;
        this.membership = membership;
    }

    /**
     * What went.
     *
     * @param rows that were deleted or blanked, by table of this service
     */
    record ErasedView(Map<String, Integer> rows) {}

    /** Each kind of data, why, by which right, how long and where; the same for everybody. */
    @GetMapping("/api/privacy/register")
    Register register() {
        return data.register();
    }

    /** Everything about the caller that this service holds, as a zip of JSON and CSV. */
    @GetMapping(path = "/api/me/export", produces = "application/zip")
    ResponseEntity<byte[]> export(Principal caller) {
        var member = new MemberId(UUID.fromString(caller.getName()));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename("about-me.zip").build().toString())
                .body(data.archive(member.value()));
    }

    /** Forgets who the caller was. They cannot sign in any more; what the law keeps stays, and the register tells which. */
    @PostMapping("/api/me/erasure")
    @PreAuthorize("@freshProof.isGiven(authentication)")
    ErasedView eraseMe(Principal caller) {
        var member = new MemberId(UUID.fromString(caller.getName()));
        return erase(member, member);
    }

    /** The same for somebody who wrote a letter. */
    @PostMapping("/api/members/{id}/erasure")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    ErasedView erase(@PathVariable UUID id, Principal caller) {
        return erase(new MemberId(id), new MemberId(UUID.fromString(caller.getName())));
    }

    private ErasedView erase(MemberId member, MemberId by) {
        if (membership.facts(member).isEmpty())
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "no such member");
        return new ErasedView(erasure.erase(member, by));
    }

    @ExceptionHandler
    ProblemDetail hindered(ErasureHindered why) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, why.getMessage());
        problem.setType(URI.create(NOT_YET));
        return problem;
    }
}
