package org.coopmesh.privacy;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tells what is held about people, gives a member everything about themselves as one archive, and erases what nothing keeps. */
public class PersonalData {
    /** Rows of one table; where there are more, the archive says so. */
    public static final int ROWS_MAX = 20_000;

    /** Of files beside the tables; where there are more, the archive says so. */
    public static final int ENCLOSED_BYTES_MAX = 100_000_000;

    private final JdbcClient db;
    private final JsonMapper json;
    private final Clock clock;
    private final List<Enclosures> enclosures;
    private final Register register;

    PersonalData(JdbcClient db, JsonMapper json, Clock clock, List<Enclosures> enclosures) {
        this.db = db;
        this.json = json;
        this.clock = clock;
        this.enclosures = enclosures;
        this.register = read(json);
    }

    private static Register read(JsonMapper json) {
        try (var in = new ClassPathResource("privacy-register.json").getInputStream()) {
            return json.readValue(in, Register.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is held, why, by which right and how long. */
    public Register register() {
        return register;
    }

    /**
     * Everything that is held about {@code member} as they are told it, as a zip: {@code about-me.json}, one CSV a table, and the
     * register, and files beside them. One moment of the database; empty tables are left out.
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public byte[] archive(UUID member) {
        var about = new LinkedHashMap<String, Object>();
        about.put("service", register.service());
        about.put("memberId", member);
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
            about.put("filesLeftOut", enclose(zip, member));
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

    /**
     * Deletes and blanks what the register says goes when {@code member} is erased; what was there a second time is nothing.
     * Belongs into the transaction that decides it.
     *
     * @param also ids that conditions name beside {@code :member}
     * @return rows that went or were blanked, by table; tables without any are left out
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<String, Integer> erase(UUID member, Map<String, UUID> also) {
        // What keeps tables from being changed makes way for this one member alone, and for this
        // transaction.
        db.sql("select set_config('coopmesh.erasing', :member, true)")
                .param("member", member.toString())
                .query(String.class)
                .single();
        var ids = new HashMap<String, Object>(also);
        ids.put("member", member);
        var erased = new TreeMap<String, Integer>();
        for (Register.Kind kind : register.kinds())
            for (Register.Held held : kind.tables()) {
                String touched = held.touched();
                int rows = touched == null ? 0 : erase(held, register.condition(touched), ids);
                if (rows > 0) erased.put(held.table(), rows);
            }
        return erased;
    }

    private int erase(Register.Held held, String condition, Map<String, Object> ids) {
        if (held.goes())
            return db.sql("delete from %s where %s".formatted(held.table(), condition))
                    .params(ids)
                    .update();
        String columns =
                requireNonNull(held.blank()).entrySet().stream()
                        .map(each -> '"' + each.getKey() + "\" = " + each.getValue())
                        .collect(Collectors.joining(", "));
        return db.sql("update %s set %s where %s".formatted(held.table(), columns, condition))
                .params(ids)
                .update();
    }

    private int enclose(ZipOutputStream zip, UUID member) throws IOException {
        long bytes = 0;
        int leftOut = 0;
        for (Enclosures each : enclosures)
            for (UUID id : each.of(member)) {
                if (bytes >= ENCLOSED_BYTES_MAX) {
                    leftOut++;
                    continue;
                }
                for (Enclosures.Enclosure file : each.files(id)) {
                    put(zip, file.name(), file.content());
                    bytes += file.content().length;
                }
            }
        return leftOut;
    }

    /** Names of tables and columns, and the condition, are those of the register that comes with the service. */
    private List<JsonNode> rows(Register.Held held, UUID member) {
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
                                .formatted(
                                        columns,
                                        held.table(),
                                        register.condition(of),
                                        ROWS_MAX + 1))
                .param("member", member)
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
