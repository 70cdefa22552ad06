package org.coopmesh.billing.privacy;

import java.security.Principal;
import java.util.UUID;
import org.coopmesh.privacy.PersonalData;
import org.coopmesh.privacy.Register;
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
    private final PersonalData data;

    PrivacyController(PersonalData data) {
        this.data = data;
    }

    /** Each kind of data, why, by which right, how long and where; the same for everybody. */
    @GetMapping("/api/billing/privacy/register")
    Register register() {
        return data.register();
    }

    /** Everything about the caller that this service holds, as a zip of JSON and CSV, with their bills as PDF and XML. */
    @GetMapping(path = "/api/billing/me/export", produces = "application/zip")
    ResponseEntity<byte[]> export(Principal caller) {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename("my-bills.zip").build().toString())
                .body(data.archive(UUID.fromString(caller.getName())));
    }
}
