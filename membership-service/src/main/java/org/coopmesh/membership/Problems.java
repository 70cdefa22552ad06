package org.coopmesh.membership;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.FieldError;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.ServletRequestBindingException;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;

/** Says what was wrong with a request that no controller got to see, field by field. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {
    private static final URI MALFORMED =
            URI.create("https://coopmesh.org/problems/malformed-request");

    /** One wrong field; {@code rule} is what clients switch on. */
    record FieldProblem(String field, String rule, String message) {}

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var errors =
                e.getBindingResult().getAllErrors().stream()
                        .map(error ->
                                new FieldProblem(
                                        error instanceof FieldError field
                                                ? field.getField()
                                                : error.getObjectName(),
                                        rule(error.getCode()),
                                        Objects.requireNonNullElse(error.getDefaultMessage(), "")))
                        .toList();
        return answer(e, e.getBody(), errors, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var errors =
                e.getParameterValidationResults().stream()
                        .flatMap(result ->
                                result.getResolvableErrors().stream()
                                        .map(error ->
                                                new FieldProblem(
                                                        error instanceof FieldError field
                                                                ? field.getField()
                                                                : name(
                                                                        result.getMethodParameter()
                                                                                .getParameterName()),
                                                        rule(code(error.getCodes())),
                                                        Objects.requireNonNullElse(
                                                                error.getDefaultMessage(), ""))))
                        .toList();
        return answer(e, e.getBody(), errors, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String field =
                e instanceof MethodArgumentTypeMismatchException mismatch
                        ? mismatch.getName()
                        : name(e.getPropertyName());
        String rule =
                e.getRequiredType() == null ? "type" : rule(e.getRequiredType().getSimpleName());
        var body = ProblemDetail.forStatusAndDetail(status, field + " is malformed");
        return answer(
                e,
                body,
                List.of(new FieldProblem(field, rule, "is malformed")),
                headers,
                status,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        List<FieldProblem> errors = List.of();
        String detail = "the body is not readable";
        if (e.getCause() instanceof JacksonException unreadable
                && !unreadable.getPath().isEmpty()) {
            var field = new StringBuilder();
            for (var step : unreadable.getPath()) {
                if (step.getPropertyName() == null) {
                    field.append('[').append(step.getIndex()).append(']');
                } else {
                    if (!field.isEmpty()) field.append('.');
                    field.append(step.getPropertyName());
                }
            }
            detail = field + " is malformed";
            errors = List.of(new FieldProblem(field.toString(), "type", "is malformed"));
        }
        var body = ProblemDetail.forStatusAndDetail(status, detail);
        return answer(e, body, errors, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var errors = List.of(new FieldProblem(e.getParameterName(), "required", "is missing"));
        return answer(e, e.getBody(), errors, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleServletRequestBindingException(
            ServletRequestBindingException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        List<FieldProblem> errors =
                e instanceof MissingRequestHeaderException header
                        ? List.of(
                                new FieldProblem(header.getHeaderName(), "required", "is missing"))
                        : List.of();
        return answer(e, e.getBody(), errors, headers, status, request);
    }

    private @Nullable ResponseEntity<Object> answer(
            Exception e,
            ProblemDetail body,
            List<FieldProblem> errors,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        body.setType(MALFORMED);
        body.setProperty("errors", errors);
        return handleExceptionInternal(e, body, headers, status, request);
    }

    /** NotBlank and the like are "required"; any other constraint is its own name in lower case: "email", "size". */
    private static String rule(@Nullable String code) {
        if (code == null) return "invalid";
        return switch (code) {
            case "NotNull", "NotBlank", "NotEmpty" -> "required";
            default -> Character.toLowerCase(code.charAt(0)) + code.substring(1);
        };
    }

    private static @Nullable String code(String @Nullable [] codes) {
        return codes == null || codes.length == 0 ? null : codes[codes.length - 1];
    }

    private static String name(@Nullable String name) {
        return name == null ? "request" : name;
    }
}
