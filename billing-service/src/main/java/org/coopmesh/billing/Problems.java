package org.coopmesh.billing;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.IdempotencyKeyInvalid;
import org.coopmesh.billing.ledger.IdempotencyKeyReused;
import org.coopmesh.billing.rating.PlanNotFound;
import org.coopmesh.billing.subscription.CoopUnknown;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.validation.FieldError;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.ServletRequestBindingException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;

/** Requests that were wrong in form, and what any capability may refuse, as RFC 9457 problems that name the field. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {
    private static final String TYPES = "https://coopmesh.org/problems/";

    record Wrong(String field, String rule, String message) {}

    @ExceptionHandler
    ProblemDetail amount(AmountRefused e) {
        boolean currency = e.rule().equals("currency");
        ProblemDetail problem =
                problem(
                        currency ? HttpStatus.UNPROCESSABLE_CONTENT : HttpStatus.BAD_REQUEST,
                        currency ? "currency-mismatch" : "invalid-request",
                        e.field() + ": " + e.getMessage());
        problem.setProperty(
                "errors", List.of(new Wrong(e.field(), e.rule(), String.valueOf(e.getMessage()))));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail keyReused(IdempotencyKeyReused e) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "idempotency-key-reused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail keyInvalid(IdempotencyKeyInvalid e) {
        return invalid(
                List.of(new Wrong("Idempotency-Key", "key", String.valueOf(e.getMessage()))));
    }

    @ExceptionHandler
    ProblemDetail coopUnknown(CoopUnknown e) {
        return problem(HttpStatus.CONFLICT, "coop-unknown", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail planNotFound(PlanNotFound e) {
        return problem(HttpStatus.CONFLICT, "plan-not-found", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail violated(ConstraintViolationException e) {
        return invalid(
                e.getConstraintViolations().stream()
                        .map((ConstraintViolation<?> v) ->
                                new Wrong(
                                        v.getPropertyPath().toString(),
                                        v.getConstraintDescriptor()
                                                .getAnnotation()
                                                .annotationType()
                                                .getSimpleName()
                                                .toLowerCase(Locale.ROOT),
                                        v.getMessage()))
                        .toList());
    }

    @ExceptionHandler({
        TransientDataAccessException.class,
        DataAccessResourceFailureException.class,
        CannotCreateTransactionException.class
    })
    ProblemDetail databaseAway(Exception e) {
        logger.warn("database away", e);
        return problem(HttpStatus.SERVICE_UNAVAILABLE, "try-again", "try again in a moment");
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var wrong = new ArrayList<Wrong>();
        for (FieldError error : e.getBindingResult().getFieldErrors()) {
            wrong.add(
                    new Wrong(
                            error.getField(),
                            rule(error),
                            String.valueOf(error.getDefaultMessage())));
        }
        return respond(e, headers, request, wrong);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var wrong = new ArrayList<Wrong>();
        for (ParameterValidationResult result : e.getParameterValidationResults()) {
            String parameter =
                    Objects.requireNonNullElse(
                            result.getMethodParameter().getParameterName(), "parameter");
            for (MessageSourceResolvable error : result.getResolvableErrors()) {
                wrong.add(
                        new Wrong(
                                error instanceof FieldError field ? field.getField() : parameter,
                                rule(error),
                                String.valueOf(error.getDefaultMessage())));
            }
        }
        return respond(e, headers, request, wrong);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String field =
                e instanceof MethodArgumentTypeMismatchException argument
                        ? argument.getName()
                        : Objects.requireNonNullElse(e.getPropertyName(), "parameter");
        return respond(e, headers, request, List.of(new Wrong(field, "type", "malformed")));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return respond(
                e,
                headers,
                request,
                List.of(new Wrong(e.getParameterName(), "required", "is missing")));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleServletRequestBindingException(
            ServletRequestBindingException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String field =
                e instanceof MissingRequestHeaderException header
                        ? header.getHeaderName()
                        : "request";
        return respond(e, headers, request, List.of(new Wrong(field, "required", "is missing")));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var field = new StringBuilder();
        if (e.getCause() instanceof JacksonException malformed) {
            for (JacksonException.Reference step : malformed.getPath()) {
                String name =
                        step.getPropertyName() == null
                                ? String.valueOf(step.getIndex())
                                : step.getPropertyName();
                field.append(field.isEmpty() ? "" : ".").append(name);
            }
        }
        return respond(
                e,
                headers,
                request,
                List.of(
                        new Wrong(
                                field.isEmpty() ? "body" : field.toString(), "type", "malformed")));
    }

    /** Everything else that Spring refuses keeps its status and gets a type of its own. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem
                && (problem.getType() == null
                        || problem.getType().toString().equals("about:blank"))) {
            HttpStatus known = HttpStatus.resolve(status.value());
            problem.setType(
                    URI.create(TYPES + (known == null ? "http-" + status.value() : slug(known))));
        }
        return super.createResponseEntity(body, headers, status, request);
    }

    private static String slug(HttpStatus status) {
        return status.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String rule(MessageSourceResolvable error) {
        String[] codes = error.getCodes();
        if (codes == null || codes.length == 0) {
            return "valid";
        }
        String code = codes[codes.length - 1];
        return code.isEmpty() ? "valid" : Character.toLowerCase(code.charAt(0)) + code.substring(1);
    }

    private @Nullable ResponseEntity<Object> respond(
            Exception e, HttpHeaders headers, WebRequest request, List<Wrong> wrong) {
        return handleExceptionInternal(e, invalid(wrong), headers, HttpStatus.BAD_REQUEST, request);
    }

    private static ProblemDetail invalid(List<Wrong> wrong) {
        ProblemDetail problem =
                problem(
                        HttpStatus.BAD_REQUEST,
                        "invalid-request",
                        "wrong: " + String.join(", ", wrong.stream().map(Wrong::field).toList()));
        problem.setProperty("errors", wrong);
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, @Nullable String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create(TYPES + slug));
        return problem;
    }
}
