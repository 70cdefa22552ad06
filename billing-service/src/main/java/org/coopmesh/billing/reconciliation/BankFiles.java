package org.coopmesh.billing.reconciliation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the files that were handed in. */
@Repository
class BankFiles {
    private static final String COLUMNS =
            """
            select id, name, sha256, length(content) as bytes, format, error_line, error_rule, error, handed_by, handed_at from bank_file
            """;

    private final JdbcClient db;

    BankFiles(JdbcClient db) {
        this.db = db;
    }

    /** When the last file was taken; empty where none was. */
    Optional<Instant> lastTaken() {
        return db.sql(
                        "select handed_at from bank_file where state = 'taken' order by handed_at desc limit 1")
                .query((rs, row) -> rs.getObject("handed_at", OffsetDateTime.class).toInstant())
                .optional();
    }

    /** Keeps the file under its hash; one that was refused before may be tried again and takes its place. The id it has. */
    UUID keep(BankFile file, byte[] content) {
        BankFile.Error error = file.error();
        return db.sql(
                        """
                        insert into bank_file (id, name, sha256, content, format, state, error_line, error_rule, error, handed_by, handed_at)
                        values (:id, :name, :sha256, :content, :format, :state, :line, :rule, :error, :by, :at)
                        on conflict (sha256) do update
                           set name = excluded.name, format = excluded.format, state = excluded.state, error_line = excluded.error_line,
                               error_rule = excluded.error_rule, error = excluded.error, handed_by = excluded.handed_by,
                               handed_at = excluded.handed_at
                         where bank_file.state = 'refused'
                        returning id
                        """)
                .param("id", file.id())
                .param("name", file.name())
                .param("sha256", file.sha256())
                .param("content", content)
                .param("format", file.format().name().toLowerCase(Locale.ROOT))
                .param("state", file.isTaken() ? "taken" : "refused")
                .param("line", error == null ? null : error.line(), java.sql.Types.INTEGER)
                .param("rule", error == null ? null : error.rule(), java.sql.Types.VARCHAR)
                .param("error", error == null ? null : error.detail(), java.sql.Types.VARCHAR)
                .param("by", file.handedBy().value())
                .param("at", file.handedAt().atOffset(ZoneOffset.UTC))
                .query(UUID.class)
                .single();
    }

    Optional<BankFile> taken(byte[] sha256) {
        return db.sql(COLUMNS + " where sha256 = :sha256 and state = 'taken'")
                .param("sha256", sha256)
                .query(BankFiles::file)
                .optional();
    }

    Optional<BankFile> find(UUID id) {
        return db.sql(COLUMNS + " where id = :id")
                .param("id", id)
                .query(BankFiles::file)
                .optional();
    }

    Optional<byte[]> content(UUID id) {
        return db.sql("select content from bank_file where id = :id")
                .param("id", id)
                .query((rs, row) -> rs.getBytes("content"))
                .optional();
    }

    /** Newest first, those after {@code after}. */
    List<BankFile> list(@Nullable UUID after, int limit) {
        return db.sql(
                        COLUMNS
                                + """
                                 where (:after::uuid is null
                                        or (handed_at, id) < (select a.handed_at, a.id from bank_file a where a.id = :after))
                                 order by handed_at desc, id desc limit :limit
                                """)
                .param("after", after, java.sql.Types.OTHER)
                .param("limit", limit)
                .query(BankFiles::file)
                .list();
    }

    private static BankFile file(ResultSet rs, int row) throws SQLException {
        String error = rs.getString("error");
        return new BankFile(
                rs.getObject("id", UUID.class),
                rs.getString("name"),
                rs.getBytes("sha256"),
                rs.getInt("bytes"),
                BankFileReader.Format.valueOf(rs.getString("format").toUpperCase(Locale.ROOT)),
                error == null
                        ? null
                        : new BankFile.Error(
                                rs.getInt("error_line"), rs.getString("error_rule"), error),
                new MemberId(rs.getObject("handed_by", UUID.class)),
                rs.getObject("handed_at", OffsetDateTime.class).toInstant());
    }
}
