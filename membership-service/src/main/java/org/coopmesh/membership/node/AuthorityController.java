package org.coopmesh.membership.node;

import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What others need to check a node's certificate: the authorities and what they revoked. Public. */
@RestController
@RequestMapping("/api/coop/ca")
class AuthorityController {
    private static final MediaType CRL = MediaType.parseMediaType("application/pkix-crl");
    private static final MediaType PEM =
            MediaType.parseMediaType("application/pem-certificate-chain");
    private static final MediaType TEXT = MediaType.parseMediaType("application/x-pem-file");
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final CertificateAuthority authority;
    private final RevocationLists lists;

    AuthorityController(CertificateAuthority authority, RevocationLists lists) {
        this.authority = authority;
        this.lists = lists;
    }

    /** Every authority whose certificates count, PEM; the one that signs now first. */
    @GetMapping("/certificates.pem")
    ResponseEntity<String> certificates() {
        return ResponseEntity.ok()
                .contentType(PEM)
                .cacheControl(CacheControl.maxAge(FRESH).cachePublic())
                .body(CertificateAuthority.pem(authority.trusted()));
    }

    /** What an authority has revoked, DER; {@code authority} is the first 16 digits of its fingerprint. */
    @GetMapping("/{authority}.crl")
    ResponseEntity<byte[]> revoked(@PathVariable String authority) {
        return ResponseEntity.ok()
                .contentType(CRL)
                .cacheControl(CacheControl.maxAge(FRESH).cachePublic())
                .body(list(authority));
    }

    /** The same, PEM. */
    @GetMapping("/{authority}.crl.pem")
    ResponseEntity<String> revokedPem(@PathVariable String authority) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(list(authority));
        return ResponseEntity.ok()
                .contentType(TEXT)
                .cacheControl(CacheControl.maxAge(FRESH).cachePublic())
                .body("-----BEGIN X509 CRL-----\n" + body + "\n-----END X509 CRL-----\n");
    }

    private byte[] list(String begin) {
        if (!begin.matches("[0-9a-f]{16}")) {
            throw new AuthorityUnknown();
        }
        return lists.of(begin).orElseThrow(AuthorityUnknown::new);
    }

    /** No authority of the co-op's has this fingerprint. */
    static final class AuthorityUnknown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AuthorityUnknown() {
            super("no authority of this co-op has a fingerprint that begins so");
        }
    }

    @ExceptionHandler
    ProblemDetail notFound(AuthorityUnknown e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/authority-unknown"));
        return problem;
    }
}
