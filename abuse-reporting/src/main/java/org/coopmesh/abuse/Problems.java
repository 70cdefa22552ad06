package org.coopmesh.abuse;

import java.beans.PropertyEditorSupport;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.FieldError;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;

/** Answers what is malformed before any capability sees it: as a problem (RFC 9457) that names the field. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** One wrong field: which, by which rule, and why in words. */
    private record Wrong(String field, String rule, String message) {}

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var wrong = new ArrayList<Wrong>();
        for (FieldError error : e.getBindingResult().getFieldErrors()) {
            wrong.add(wrong(error.getField(), error.getCode(), error.getDefaultMessage()));
        }
        return answer(e, wrong, headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var wrong = new ArrayList<Wrong>();
        for (var result : e.getParameterValidationResults()) {
            String name = result.getMethodParameter().getParameterName();
            for (var error : result.getResolvableErrors()) {
                String[] codes = error.getCodes();
                String code = codes == null ? null : codes[codes.length - 1];
                String field = error instanceof FieldError of ? of.getField() : name;
                wrong.add(wrong(field, code, error.getDefaultMessage()));
            }
        }
        return answer(e, wrong, headers, request);
    }

    @ExceptionHandler
    @Nullable ResponseEntity<Object> mismatch(
            MethodArgumentTypeMismatchException e, WebRequest request) {
        return answer(
                e,
                List.of(new Wrong(e.getName(), "malformed", "cannot be read")),
                new HttpHeaders(),
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var wrong = new ArrayList<Wrong>();
        if (e.getCause() instanceof JacksonException unread && !unread.getPath().isEmpty()) {
            var path = new StringBuilder();
            for (var step : unread.getPath()) {
                if (step.getPropertyName() == null) {
                    path.append('[').append(step.getIndex()).append(']');
                } else {
                    path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
                }
            }
            wrong.add(new Wrong(path.toString(), "malformed", "cannot be read"));
        }
        return answer(e, wrong, headers, request);
    }

    private @Nullable ResponseEntity<Object> answer(
            Exception e, List<Wrong> wrong, HttpHeaders headers, WebRequest request) {
        String fields = String.join(", ", wrong.stream().map(Wrong::field).distinct().toList());
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.BAD_REQUEST,
                        wrong.isEmpty() ? "The request cannot be read" : "Look at: " + fields);
        problem.setType(URI.create("https://coopmesh.org/problems/malformed"));
        problem.setProperty(
                "errors",
                wrong.stream()
                        .map(w ->
                                Map.of(
                                        "field",
                                        w.field(),
                                        "rule",
                                        w.rule(),
                                        "message",
                                        w.message()))
                        .toList());
        return handleExceptionInternal(e, problem, headers, HttpStatus.BAD_REQUEST, request);
    }

    private static Wrong wrong(
            @Nullable String field, @Nullable String rule, @Nullable String message) {
        return new Wrong(
                field == null ? "" : field,
                rule == null ? "malformed" : rule.toLowerCase(Locale.ROOT),
                message == null ? "malformed" : message);
    }

    /** Ids are taken in their full form only: the JDK would also read {@code 1-1-1-1-1}. */
    @InitBinder
    void readIdsStrictly(WebDataBinder binder) {
        binder.registerCustomEditor(
                UUID.class,
                new PropertyEditorSupport() {
                    @Override
                    public void setAsText(String text) {
                        if (!UUID_TEXT.matcher(text).matches()) {
                            throw new IllegalArgumentException("not a UUID");
                        }
                        setValue(UUID.fromString(text));
                    }
                });
    }
}
