package org.coopmesh.membership.roster;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.coopmesh.membership.member.Site;
import org.coopmesh.membership.member.Subscription;
import org.jspecify.annotations.Nullable;

/** Checks the fields of lines one by one and keeps what is wrong with them; the same rules for every kind of file. */
final class LineReader {
    static final int NAME_MAX = 200;
    static final int EMAIL_MAX = 254;
    static final int PHONE_MAX = 40;
    static final int ADDRESS_MAX = 500;
    private static final Pattern EMAIL = Pattern.compile("[^\\s@,;<>]+@[^\\s@,;<>]+");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final LocalDate FIRST_DAY = LocalDate.of(1970, 1, 1);

    private final List<RosterProblem> problems = new ArrayList<>();
    private String at = "";

    /** From here on fields are those of {@code where}. */
    void begin(String where) {
        at = where;
    }

    List<RosterProblem> problems() {
        return problems;
    }

    void wrong(String field, String rule, String message) {
        problems.add(new RosterProblem(at, field, rule, message));
    }

    /** Text without blanks at its ends; empty if it is not there. Begins it like a formula, it is text all the same. */
    String text(String field, @Nullable String raw, int max) {
        if (raw == null) return "";
        String text = raw.strip();
        if (CONTROL.matcher(text).find())
            wrong(
                    field,
                    "control-character",
                    "has a line break or another sign that cannot be shown");
        if (text.length() > max) wrong(field, "size", "more than " + max + " characters");
        return text;
    }

    String required(String field, @Nullable String raw, int max) {
        String text = text(field, raw, max);
        if (text.isEmpty()) wrong(field, "required", "is missing");
        return text;
    }

    String email(String field, @Nullable String raw) {
        String email = required(field, raw, EMAIL_MAX);
        if (!email.isEmpty() && !EMAIL.matcher(email).matches())
            wrong(field, "email", "is not an e-mail address");
        return email;
    }

    @Nullable LocalDate day(String field, @Nullable String raw) {
        String text = text(field, raw, ADDRESS_MAX);
        if (text.isEmpty()) return null;
        try {
            LocalDate day = LocalDate.parse(text);
            if (!day.isBefore(FIRST_DAY)) return day;
        } catch (DateTimeException malformed) {
            // Told below.
        }
        wrong(field, "date", "is not a day since 1970, written as 2026-03-31");
        return null;
    }

    String planCode(String field, @Nullable String raw, String otherwise) {
        String code = text(field, raw, ADDRESS_MAX);
        if (code.isEmpty()) code = otherwise;
        if (code.isEmpty())
            wrong(field, "required", "is missing, and no plan was chosen for such lines");
        else if (!code.matches(Subscription.PLAN_CODE))
            wrong(field, "pattern", "is not the code of a plan: " + Subscription.PLAN_CODE);
        return code;
    }

    Site.@Nullable Location location(@Nullable String latitude, @Nullable String longitude) {
        Double north = number("latitude", latitude, 90);
        Double east = number("longitude", longitude, 180);
        if (north == null && east == null) return null;
        if (north == null || east == null) {
            wrong(
                    north == null ? "latitude" : "longitude",
                    "location-incomplete",
                    "latitude and longitude belong together");
            return null;
        }
        return new Site.Location(north, east);
    }

    private @Nullable Double number(String field, @Nullable String raw, int max) {
        String text = text(field, raw, ADDRESS_MAX);
        if (text.isEmpty()) return null;
        if (text.matches("-?[0-9]{1,3}(\\.[0-9]{1,15})?")) {
            double number = Double.parseDouble(text);
            if (Math.abs(number) <= max) return number;
        }
        wrong(
                field,
                "degrees",
                "is not a number of degrees up to %d, written as 50.25".formatted(max));
        return null;
    }
}
