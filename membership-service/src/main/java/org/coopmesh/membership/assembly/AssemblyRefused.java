package org.coopmesh.membership.assembly;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** The assembly's rules do not allow it, as it stands. */
class AssemblyRefused extends RuntimeException {
    private final HttpStatus status;
    private final String slug;
    private final @Nullable String field;

    private AssemblyRefused(HttpStatus status, String slug, @Nullable String field, String why) {
        super(why);
        this.status = status;
        this.slug = slug;
        this.field = field;
    }

    static AssemblyRefused notFound(String what) {
        return new AssemblyRefused(
                HttpStatus.NOT_FOUND, what + "-not-found", null, "no such " + what);
    }

    /** It does not fit the state. */
    static AssemblyRefused conflict(String slug, String why) {
        return new AssemblyRefused(HttpStatus.CONFLICT, slug, null, why);
    }

    static AssemblyRefused forbidden(String slug, String why) {
        return new AssemblyRefused(HttpStatus.FORBIDDEN, slug, null, why);
    }

    static AssemblyRefused unacceptable(String slug, String field, String why) {
        return new AssemblyRefused(HttpStatus.UNPROCESSABLE_CONTENT, slug, field, why);
    }

    /** So many came that they are not looked at for a while. */
    static AssemblyRefused tooMany(Duration window) {
        return new AssemblyRefused(
                HttpStatus.TOO_MANY_REQUESTS,
                "too-many-ballots",
                null,
                "too many came that are none, or this one too often; again in %d s"
                        .formatted(window.toSeconds()));
    }

    HttpStatus status() {
        return status;
    }

    /** The last part of the problem's type. */
    String slug() {
        return slug;
    }

    /** What in the request cannot be. */
    @Nullable String field() {
        return field;
    }
}
