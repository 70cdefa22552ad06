package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@JdbcTest
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@ImportAutoConfiguration(FlywayAutoConfiguration.class)
@Import({Accounts.class, RoleGrants.class})
class RoleGrantsIT {
    private static final Instant AT = Instant.parse("2026-03-10T12:00:00Z");

    @Autowired Accounts accounts;
    @Autowired RoleGrants grants;
    @Autowired JdbcClient db;

    private final AccountId tess = new AccountId(UUID.randomUUID());

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry settings) {
        String database = Servers.freshDatabase("membership");
        settings.add("spring.datasource.url", () -> database);
        settings.add("spring.datasource.username", () -> "postgres");
        settings.add("spring.datasource.password", () -> "postgres");
    }

    @BeforeEach
    void anAccount() {
        accounts.add(
                new Account(tess, tess + "@example.org", "Tess", "$argon2id$v=19$...", true, true),
                AT);
    }

    @Test
    void theNewestGrantSaysWhetherARoleIsHeld() {
        add(Role.TREASURER, true);
        add(Role.MODERATOR, true);
        add(Role.TREASURER, false);

        assertThat(grants.held(List.of(tess))).containsEntry(tess, Set.of(Role.MODERATOR));
        add(Role.TREASURER, true);
        assertThat(grants.held(List.of(tess)))
                .containsEntry(tess, Set.of(Role.MODERATOR, Role.TREASURER));
    }

    @Test
    void aRoleHeldByAnotherIsSeen() {
        var other = new AccountId(UUID.randomUUID());
        add(Role.NETWORK, true);

        assertThat(grants.heldByAnother(Role.NETWORK, other)).isTrue();
        assertThat(grants.heldByAnother(Role.NETWORK, tess)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update role_grant set reason = 'x'",
                "delete from role_grant",
                "truncate role_grant"
            })
    void theDatabaseKeepsEveryGrant(String attempt) {
        add(Role.BOARD, true);

        assertThatThrownBy(() -> db.sql(attempt).update())
                .hasMessageContaining("role_grant is append-only");
    }

    @Test
    void oneAddressHasOneAccount() {
        var twin =
                new Account(
                        new AccountId(UUID.randomUUID()),
                        tess.toString().toUpperCase(java.util.Locale.ROOT) + "@EXAMPLE.org",
                        "Twin",
                        "$argon2id$v=19$...",
                        true,
                        true);

        assertThat(accounts.add(twin, AT)).isFalse();
    }

    private void add(Role role, boolean granted) {
        grants.add(new RoleGrants.RoleGrant(0, tess, role, granted, "elected", null, AT));
    }
}
