package org.coopmesh.billing.metering;

import java.net.URI;
import java.util.List;
import org.coopmesh.billing.metering.LinkController.DiscrepancyNotFound;
import org.coopmesh.billing.metering.QueryParameters.MalformedQuery;
import org.coopmesh.billing.metering.SetAsideQueue.DecisionRefused;
import org.coopmesh.billing.metering.SetAsideQueue.Involved;
import org.coopmesh.billing.metering.SetAsideQueue.ReportNotFound;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What is wrong with a request about usage, as problem details. */
@RestControllerAdvice(
        assignableTypes = {
            UsageController.class,
            SetAsideController.class,
            LinkController.class,
            UsageDayController.class
        })
@Order(Ordered.HIGHEST_PRECEDENCE)
class UsageProblems {
    record FieldError(String field, String rule, String message) {}

    @ExceptionHandler
    ProblemDetail malformed(MalformedQuery e) {
        ProblemDetail problem = problem(HttpStatus.BAD_REQUEST, "invalid-request", e);
        problem.setProperty("errors", List.of(new FieldError(e.field(), "format", e.rule())));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(ReportNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "report-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notFound(DiscrepancyNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "discrepancy-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail refused(DecisionRefused e) {
        return problem(HttpStatus.CONFLICT, "decision-refused", e);
    }

    @ExceptionHandler
    ProblemDetail involved(Involved e) {
        return problem(HttpStatus.FORBIDDEN, "conflict-of-interest", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
