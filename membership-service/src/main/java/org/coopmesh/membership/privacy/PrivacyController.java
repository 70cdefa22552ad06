package org.coopmesh.membership.privacy;

import java.security.Principal;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows what is held about people and why, and hands out what is held about oneself. */
@RestController
@PreAuthorize("isAuthenticated()")
class PrivacyController {
    private final AboutMe aboutMe;

    PrivacyController(AboutMe aboutMe) {
        this.aboutMe = aboutMe;
    }

    /** Each kind of data, why, by which right, how long and where; the same for everybody. */
    @GetMapping("/api/privacy/register")
    Register register() {
        return aboutMe.register();
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
                .body(aboutMe.archive(member));
    }
}
