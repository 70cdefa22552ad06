package org.coopmesh.membership.privacy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tells what is held about people, and gives a member everything about themselves as one archive. */
@Service
public class AboutMe {
    /** Rows of one table; where there are more, the archive says so. */
    static final int ROWS_MAX = 20_000;

    private final JdbcClient db;
    private final JsonMapper json;
    private final Clock clock;
    private final Register register;

    AboutMe(JdbcClient db, JsonMapper json, Clock clock) {
        this.db = db;
        this.json = json;
        this.clock = clock;
        this.register = read(json);
    }

    private static Register read(JsonMapper json) {
        try (var in = new ClassPathResource("privacy-register.json").getInputStream()) {
            return json.readValue(in, Register.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Register register() {
        return register;
    }

    /**
     * Everything that is held about {@code member} as they are told it, as a zip: {@code about-me.json}, one CSV a table, and the
     * register. One moment of the database; empty tables are left out.
     */
    @Transactional(readOnly = true)
    byte[] archive(MemberId member) {
        var about = new LinkedHashMap<String, Object>();
        about.put("service", register.service());
        about.put("memberId", member.value());
        about.put("at", clock.instant());
        var cut = new ArrayList<String>();
        var tables = new LinkedHashMap<String, List<JsonNode>>();
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            for (Register.Kind kind : register.kinds())
                for (Register.Held held : kind.tables()) {
                    List<JsonNode> rows = rows(held, member);
                    if (rows.isEmpty()) continue;
                    if (rows.size() > ROWS_MAX) {
                        rows = rows.subList(0, ROWS_MAX);
                        cut.add(held.table());
                    }
                    tables.put(held.table(), rows);
                    put(zip, "tables/" + held.table() + ".csv", csv(held.told(), rows));
                }
            about.put(
                    "cutAfterRows", cut.isEmpty() ? null : Map.of("rows", ROWS_MAX, "tables", cut));
            about.put("held", tables);
            put(
                    zip,
                    "about-me.json",
                    json.writerWithDefaultPrettyPrinter().writeValueAsBytes(about));
            put(
                    zip,
                    "register.json",
                    json.writerWithDefaultPrettyPrinter().writeValueAsBytes(register));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Names of tables and columns, and the condition, are those of the register that comes with the service. */
    private List<JsonNode> rows(Register.Held held, MemberId member) {
        String of = held.of();
        if (of == null) return List.of();
        String columns =
                held.told().stream()
                        .map(name -> '"' + name + '"')
                        .collect(Collectors.joining(", "));
        return db.sql(
                        """
                        select to_jsonb(told)::text
                        from (select %s from %s where %s order by 1 limit %d) told
                        """
                                .formatted(columns, held.table(), of, ROWS_MAX + 1))
                .param("member", member.value())
                .query((row, _) -> json.readTree(row.getString(1)))
                .list();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] csv(List<String> columns, List<JsonNode> rows) {
        var text = new StringBuilder("\uFEFF").append(String.join(",", columns)).append("\r\n");
        for (JsonNode row : rows)
            text.append(
                            columns.stream()
                                    .map(column -> cell(row.path(column)))
                                    .collect(Collectors.joining(",")))
                    .append("\r\n");
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** RFC 4180; text that a spreadsheet would take for a formula gets an apostrophe before it. */
    static String cell(@Nullable JsonNode value) {
        if (value == null || value.isNull() || value.isMissingNode()) return "";
        if (value.isNumber() || value.isBoolean()) return value.toString();
        String text = value.isString() ? value.asString() : value.toString();
        boolean formula = !text.isEmpty() && "=+-@\t\r\n|%".indexOf(text.charAt(0)) >= 0;
        String safe = formula ? "'" + text : text;
        return safe.matches("[^\",\r\n;']*") ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }
}
