package org.coopmesh.membership.member;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.coopmesh.membership.identity.RoleNotGrantable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;

/** Says on the wire what membership refuses; the same for all its controllers. */
abstract class ProblemSpeaker {
    @ExceptionHandler
    ProblemDetail notFound(NotFound e) {
        return problem(HttpStatus.NOT_FOUND, e.noun() + "-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notLegal(StepNotLegal e) {
        return problem(HttpStatus.CONFLICT, "step-not-legal", e);
    }

    @ExceptionHandler
    ProblemDetail notConstituted(CoopNotConstituted e) {
        return problem(HttpStatus.CONFLICT, "coop-not-constituted", e);
    }

    @ExceptionHandler
    ProblemDetail constituted(CoopAlreadyConstituted e) {
        return problem(HttpStatus.CONFLICT, "coop-already-constituted", e);
    }

    @ExceptionHandler
    ProblemDetail notGrantable(RoleNotGrantable e) {
        return problem(HttpStatus.CONFLICT, e.slug(), e);
    }

    @ExceptionHandler
    ProblemDetail notAllowed(NotAllowed e) {
        return problem(HttpStatus.FORBIDDEN, e.slug(), e);
    }

    @ExceptionHandler
    ProblemDetail tooMany(TooManyApplications e) {
        return problem(HttpStatus.TOO_MANY_REQUESTS, "too-many-applications", e);
    }

    @ExceptionHandler
    ProblemDetail unacceptable(Unacceptable e) {
        var problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, e.slug(), e);
        problem.setProperty(
                "errors",
                List.of(Map.of("field", e.field(), "rule", e.slug(), "message", e.getMessage())));
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
