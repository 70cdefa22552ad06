package org.coopmesh.billing.provider;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Where providers ring. Who rings is known by the signature over the bytes as they came, by nothing else. */
@RestController
class WebhookController {
    /** More is no webhook of any provider. */
    static final int BODY_BYTES_MAX = 256 * 1024;

    private final ProviderPayments payments;

    /** Signatures carry the provider's time, which no demo clock moves. */
    private final Clock machine = Clock.systemUTC();

    WebhookController(ProviderPayments payments) {
        this.payments = payments;
    }

    /** Takes a webhook in; 200 once it is written down, 503 while the database is away, so that it is sent again. */
    @PostMapping("/webhooks/{provider}")
    ResponseEntity<Void> ring(@PathVariable String provider, HttpServletRequest request)
            throws IOException {
        Provider who =
                Provider.of(provider)
                        .orElseThrow(() ->
                                new WebhookRefused("provider", "there is no provider " + provider));
        byte[] body = request.getInputStream().readNBytes(BODY_BYTES_MAX + 1);
        if (body.length > BODY_BYTES_MAX) {
            throw new WebhookRefused("size", "a webhook has at most " + BODY_BYTES_MAX + " bytes");
        }
        payments.hear(who, body, request::getHeader, machine.instant());
        return ResponseEntity.ok().build();
    }

    @ExceptionHandler
    ProblemDetail refused(WebhookRefused e) {
        HttpStatus status =
                switch (e.rule()) {
                    case "provider" -> HttpStatus.NOT_FOUND;
                    case "size" -> HttpStatus.CONTENT_TOO_LARGE;
                    default -> HttpStatus.BAD_REQUEST;
                };
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/webhook-refused"));
        problem.setProperty("rule", e.rule());
        return problem;
    }
}
