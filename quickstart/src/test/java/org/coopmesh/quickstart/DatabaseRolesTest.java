package org.coopmesh.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The roles of a small installation, as compose/databases.sh makes them. */
class DatabaseRolesTest {
    private static final Path SCRIPT = Path.of("../compose/databases.sh");
    private static final Pattern SQL = Pattern.compile("<<'SQL'\n(.*?)\nSQL\n", Pattern.DOTALL);

    @TempDir Path directory;

    @Test
    void noServiceEntersTheDatabaseOfAnother() throws Exception {
        Matcher sql = SQL.matcher(Files.readString(SCRIPT));
        assertThat(sql.find()).isTrue();
        int port = Servers.freePort();
        try (var server = PostgresServer.start(directory.resolve("data"), port)) {
            try (Connection administrator = server.administer();
                    var statement = administrator.createStatement()) {
                for (String service : List.of("membership", "billing")) {
                    for (String each : sql.group(1).split(";")) {
                        if (each.isBlank()) continue;
                        statement.execute(
                                each.replace(":\"service\"", service)
                                        .replace(":'password'", "'" + service + "'"));
                    }
                }
            }

            try (Connection own = connect(port, "billing", "billing");
                    var statement = own.createStatement()) {
                statement.execute("create table books (n int)");
            }
            assertThatThrownBy(() -> connect(port, "billing", "membership").close())
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        }
    }

    private static Connection connect(int port, String database, String role) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database, role, role);
    }
}
