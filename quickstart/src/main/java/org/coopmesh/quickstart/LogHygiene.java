package org.coopmesh.quickstart;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.coopmesh.quickstart.RoleMatrix.Caller;
import org.coopmesh.quickstart.RoleMatrix.Request;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells a running service, through every endpoint, what people trust the co-op with and no log may hold, well and badly written;
 * and looks for it in the log. Requests are made out of openapi.json.
 */
public final class LogHygiene {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String JSON_TYPE = "application/json";
    private static final String FORM_TYPE = "application/x-www-form-urlencoded";
    private static final Set<String> EVERY_ROLE =
            Set.of("member", "treasurer", "moderator", "network", "board");
    private static final int DEPTH_MAX = 6;
    private static final List<String> FIELDS =
            List.of(
                    "username",
                    "email",
                    "password",
                    "code",
                    "token",
                    "state",
                    "error",
                    "name",
                    "next",
                    "iban");

    /**
     * One thing that no log may hold.
     *
     * @param trace what is left of it however it is written
     */
    private record Secret(String what, String text, String trace) {}

    private static final List<Secret> SECRETS =
            List.of(
                    new Secret("an IBAN", "ES9121000418450200051332", "2100041845"),
                    new Secret("a mail address", "canary.person@house.example", "canary.person"),
                    new Secret("a password", "Canary-Passw0rd-long-one", "Canary-Passw0rd"),
                    new Secret("a token of a link", "canarylink_7f3a9c2e51d84b60", "canarylink_"),
                    new Secret("an invite code", "CANARY-2X4K-9QWE-77RT", "CANARY-2X4K"),
                    new Secret("an address", "198.51.100.77", "198.51.100.77"),
                    new Secret("an address", "2001:db8:77:77::77", "2001:db8:77:77"),
                    new Secret("a name", "Canaria Featherstone", "Featherstone"));

    private static final Secret BEARER =
            new Secret("a bearer token", "canarybearer.e30.c2lnbmF0dXJl", "canarybearer");

    private final JsonNode openApi;
    private int turn;
    private int pass;
    private boolean wrongTypes;

    private LogHygiene(JsonNode openApi) {
        this.openApi = openApi;
    }

    /** Of the service whose directory this is. */
    public static LogHygiene ofThisService() {
        return new LogHygiene(JSON.readTree(Path.of("openapi.json").toFile()));
    }

    /** Asks every endpoint in many ways; how often it was answered with which hundred. */
    public Map<Integer, Integer> askEverything(Caller caller) throws Exception {
        var answers = new LinkedHashMap<Integer, Integer>();
        for (String path : openApi.path("paths").propertyNames()) {
            for (String method : openApi.path("paths").path(path).propertyNames()) {
                for (pass = 0; pass <= SECRETS.size() + 1; pass++) {
                    wrongTypes = pass == SECRETS.size();
                    boolean broken = pass > SECRETS.size();
                    Request request = request(method, path, broken, Map.of());
                    int known = caller.call(request, true, EVERY_ROLE, true);
                    answers.merge(known / 100, 1, Integer::sum);
                    if (pass % 4 == 0) {
                        Request strangers = request(method, path, broken, strangersHeaders());
                        int stranger = caller.call(strangers, false, Set.of(), false);
                        answers.merge(stranger / 100, 1, Integer::sum);
                    }
                }
            }
        }
        return answers;
    }

    /**
     * Asks pages that openapi.json does not have, with every field that a form of theirs could have, as a form and as JSON.
     *
     * @param pages as {@code POST /id/sign-in}; what stands in braces becomes a secret
     */
    public void askPages(Caller caller, String... pages) throws Exception {
        for (String page : pages) {
            String[] words = page.split(" ");
            for (pass = 0; pass < SECRETS.size(); pass++) {
                turn = 0;
                var fields = new LinkedHashMap<String, String>();
                for (String field : FIELDS) fields.put(field, next().text());
                var form = new StringBuilder();
                fields.forEach((name, text) ->
                        form.append(form.isEmpty() ? "" : "&")
                                .append(name)
                                .append('=')
                                .append(encoded(text)));
                String path = words[1].replaceAll("\\{[^}]*}", encoded(next().text()));
                boolean read = words[0].equals("GET");
                for (String type : List.of(FORM_TYPE, JSON_TYPE)) {
                    String body =
                            type.equals(FORM_TYPE)
                                    ? form.toString()
                                    : JSON.writeValueAsString(fields);
                    caller.call(
                            new Request(
                                    words[0],
                                    read ? path + "?" + form : path,
                                    Map.of("X-Forwarded-For", "198.51.100.77"),
                                    type,
                                    read ? null : body.getBytes(StandardCharsets.UTF_8)),
                            false,
                            Set.of(),
                            false);
                }
            }
        }
    }

    /** What of it stands in {@code log}, and in which line. */
    public static List<String> found(CharSequence log) {
        var found = new ArrayList<String>();
        var secrets = new ArrayList<>(SECRETS);
        secrets.add(BEARER);
        for (String line : log.toString().split("\n")) {
            String close = line.replace(" ", "").toLowerCase(Locale.ROOT);
            for (Secret secret : secrets) {
                if (close.contains(secret.trace().toLowerCase(Locale.ROOT))) {
                    found.add(secret.what() + ": " + line);
                }
            }
        }
        return found;
    }

    private Map<String, String> strangersHeaders() {
        return Map.of(
                "Authorization",
                "Bearer " + BEARER.text(),
                "X-Forwarded-For",
                "198.51.100.77",
                "Setup-Code",
                next().text(),
                "Feed-Key",
                next().text(),
                "X-Api-Key",
                next().text(),
                "User-Agent",
                "canary.person@house.example");
    }

    private Secret next() {
        return SECRETS.get(Math.floorMod(turn++ + pass, SECRETS.size()));
    }

    private Request request(String method, String path, boolean broken, Map<String, String> more) {
        turn = 0;
        JsonNode operation = openApi.path("paths").path(path).path(method);
        var headers = new LinkedHashMap<>(more);
        var query = new StringBuilder();
        String place = path;
        for (JsonNode parameter : operation.path("parameters")) {
            String name = parameter.path("name").asString();
            String value = String.valueOf(value(parameter.path("schema"), 0));
            switch (parameter.path("in").asString()) {
                case "path" -> place = place.replace("{" + name + "}", encoded(value));
                case "query" ->
                        query.append(query.isEmpty() ? '?' : '&')
                                .append(name)
                                .append('=')
                                .append(encoded(value));
                default -> headers.putIfAbsent(name, value);
            }
        }
        place = place.replaceAll("\\{[^}]*}", encoded(next().text()));
        JsonNode content = operation.path("requestBody").path("content");
        if (content.isMissingNode()) {
            return new Request(
                    method.toUpperCase(Locale.ROOT), place + query, headers, JSON_TYPE, null);
        }
        String type = content.propertyNames().iterator().next();
        String body;
        if (type.equals(JSON_TYPE)) {
            body = JSON.writeValueAsString(value(content.path(type).path("schema"), 0));
            if (broken)
                body =
                        body.substring(0, body.length() - 1)
                                + ",\""
                                + next().text()
                                + "\":"
                                + next().text();
        } else if (type.equals(FORM_TYPE)) {
            body = "a=" + encoded(next().text()) + "&%zz=" + next().text();
        } else {
            body = next().text() + "\n" + next().text() + ";" + next().text();
        }
        return new Request(
                method.toUpperCase(Locale.ROOT),
                place + query,
                headers,
                type,
                body.getBytes(StandardCharsets.UTF_8));
    }

    /** Fits its schema, as far as a secret can, until types are to be wrong: then each is a secret. */
    private Object value(JsonNode schema, int depth) {
        if (depth > DEPTH_MAX) return Map.of();
        if (schema.has("$ref")) {
            String type = schema.path("$ref").asString();
            return value(
                    openApi.path("components")
                            .path("schemas")
                            .path(type.substring(type.lastIndexOf('/') + 1)),
                    depth);
        }
        return switch (schema.path("type").asString("string")) {
            case "object" -> {
                var object = new LinkedHashMap<String, Object>();
                schema.path("properties")
                        .properties()
                        .forEach(field ->
                                object.put(field.getKey(), value(field.getValue(), depth + 1)));
                yield object;
            }
            case "array" -> List.of(value(schema.path("items"), depth + 1));
            case "integer", "number" ->
                    wrongTypes
                            ? next().text()
                            : (Object) Math.max(1, schema.path("minimum").asLong(1));
            case "boolean" -> wrongTypes ? next().text() : (Object) true;
            default -> wrongTypes ? next().text() : text(schema);
        };
    }

    private String text(JsonNode schema) {
        if (schema.has("enum")) return schema.path("enum").get(0).asString();
        return switch (schema.path("format").asString("")) {
            case "uuid" -> pass % 2 == 0 ? RoleMatrix.ANY_ID.toString() : next().text();
            case "date" -> pass % 2 == 0 ? "2026-01-01" : next().text();
            case "date-time" -> pass % 2 == 0 ? "2026-01-01T00:00:00Z" : next().text();
            default -> {
                String pattern = schema.path("pattern").asString(".*");
                Secret first = next();
                if (first.text().matches(pattern)) yield first.text();
                yield SECRETS.stream()
                        .map(Secret::text)
                        .filter(text -> text.matches(pattern))
                        .findFirst()
                        .orElse(first.text());
            }
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
